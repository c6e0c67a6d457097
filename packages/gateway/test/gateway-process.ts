import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { GatewayDaemonOptions } from "../src/index.ts";

/** A gateway in a process of its own: everything that it prints can be read. */
export class GatewayProcess {
  readonly #child: ReturnType<typeof spawn>;
  #output = "";

  constructor(configFile: string) {
    this.#child = spawn(process.execPath, [path.join(import.meta.dirname, "run-gateway.ts"), configFile], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => (this.#output += chunk));
    }
  }

  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Where it listens, once it does. */
  async listening(): Promise<string> {
    for (;;) {
      const found = /"address":"([^"]+)"/.exec(this.#output)?.[1];
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null) throw new Error(`the gateway ended: ${this.#output}`);
      await once(this.#child.stdout ?? this.#child, "data");
    }
  }

  /** Asks it to end, and waits until it has. */
  async stop(): Promise<number> {
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, "exit");
      this.#child.kill("SIGTERM");
      await ended;
    }
    return this.#child.exitCode ?? -1;
  }
}

export async function startProcess({ configFile }: GatewayDaemonOptions) {
  const started = new GatewayProcess(configFile);
  return { process: started, url: await started.listening(), stop: () => started.stop() };
}
