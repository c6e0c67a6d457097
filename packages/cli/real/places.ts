import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";

export type RealName = "vLLM" | "llama.cpp";

/** Where a real server is, as packages/docs/real-servers.md puts it there. */
export interface Place {
  readonly program: string;
  /** A folder for vLLM, a file for llama.cpp. */
  readonly model: string;
}

interface Wanted {
  /** Names the folder. */
  readonly variable: string;
  /** Below ~/.cache/rollcall/real. */
  readonly folder: string;
  /** The first of them that is there, below the folder. */
  readonly programs: readonly string[];
  readonly model: string;
}

const WANTED: Readonly<Record<RealName, Wanted>> = {
  vLLM: { variable: "ROLLCALL_REAL_VLLM", folder: "vllm", programs: ["bin/vllm"], model: "model" },
  "llama.cpp": {
    variable: "ROLLCALL_REAL_LLAMA_CPP",
    folder: "llama-cpp",
    programs: ["bin/llama-server", "bin/llama-server-vulkan"],
    model: "model.gguf",
  },
};

/** The place, or why there is none. */
export function findPlace(name: RealName): Place | { readonly absent: string } {
  const { variable, folder, programs, model } = WANTED[name];
  const home = process.env[variable] ?? path.join(os.homedir(), ".cache", "rollcall", "real", folder);
  const at = (file: string) => path.join(home, file);
  const program = programs.find((one) => existsSync(at(one)));
  const remedy = `put it there as packages/docs/real-servers.md says, or name its folder in ${variable}`;
  if (program === undefined) return { absent: `${name}: there is no ${at(programs[0] ?? "")}: ${remedy}` };
  if (!existsSync(at(model))) return { absent: `${name}: there is no ${at(model)}: ${remedy}` };
  return { program: at(program), model: at(model) };
}
