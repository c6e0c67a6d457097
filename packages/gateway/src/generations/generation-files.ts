import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Config, Environment } from "@rollcall/contract";
import { stateFile } from "@rollcall/runtime";

/** The sockets by which generations of one gateway find each other, in the directory of the state file. */
export class GenerationFiles {
  readonly #directory: string;
  readonly #prefix: string;

  constructor(config: Config, configFile: string, env: Environment) {
    const state = stateFile(config, configFile, env);
    this.#directory = path.dirname(state);
    this.#prefix = `${path.basename(state, ".json")}.gateway-`;
  }

  makeDirectory(): void {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
  }

  /** Where the generation with this main process is told to hand over. */
  socket(pid: number): string {
    return path.join(this.#directory, `${this.#prefix}${pid}.sock`);
  }

  /** Where it takes the late requests of older generations. */
  door(pid: number): string {
    return path.join(this.#directory, `${this.#prefix}${pid}.door`);
  }

  /** Main processes of running generations, but for this one. */
  holders(pid: number): readonly number[] {
    return this.others(pid)
      .map((at) => Number(path.basename(at).slice(this.#prefix.length, -".sock".length)))
      .filter(isRunning);
  }

  /** Sockets of all generations but this one, dead ones too. */
  others(pid: number): readonly string[] {
    const own = path.basename(this.socket(pid));
    try {
      return readdirSync(this.#directory)
        .filter((name) => name.startsWith(this.#prefix) && name.endsWith(".sock") && name !== own)
        .map((name) => path.join(this.#directory, name));
    } catch {
      return [];
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
