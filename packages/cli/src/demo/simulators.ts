import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { StartError } from "@rollcall/runtime";

const MAIN = fileURLToPath(import.meta.resolve("@rollcall/simulator/main"));

export interface RunningSimulator {
  readonly name: string;
  readonly url: string;
  readonly controlUrl: string;
}

/** Simulated vLLM servers, each a process of its own on a port of its own. */
export class Simulators {
  readonly #children: ChildProcess[] = [];

  /** Starts one and resolves once it has its port: one that loads has it long before it listens. */
  async start(name: string, args: readonly string[]): Promise<RunningSimulator> {
    const child = spawn(process.execPath, [MAIN, "--port", "0", "--control-port", "0", ...args], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit", "ipc"],
    });
    this.#children.push(child);
    const line = await firstLine(child);
    const match = /simulator (\S+) .*control (\S+)/.exec(line ?? "");
    if (match?.[1] === undefined || match[2] === undefined)
      throw new StartError(`the simulated backend ${name} did not start`);
    return { name, url: match[1], controlUrl: match[2] };
  }

  stop(): void {
    for (const child of this.#children) child.kill("SIGTERM");
  }
}

async function firstLine({ stdout }: ChildProcess): Promise<string | null> {
  if (stdout === null) return null;
  for await (const line of createInterface({ input: stdout })) return line;
  return null;
}
