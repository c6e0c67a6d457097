import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { GatewayDaemonOptions } from "../src/index.ts";

export interface LogLine {
  readonly msg: string;
  readonly [fact: string]: unknown;
}

/** A gateway in a process of its own: everything that it prints can be read. */
export class GatewayProcess {
  readonly #child: ReturnType<typeof spawn>;
  #output = "";
  /** Resolves once nobody is left that could write to its output: neither it nor a process that it started. */
  readonly closed: Promise<unknown>;

  constructor(configFile: string) {
    this.#child = spawn(process.execPath, [path.join(import.meta.dirname, "run-gateway.ts"), configFile], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.closed = once(this.#child, "close");
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

  /** Its log, as far as it goes by now. */
  get lines(): readonly LogLine[] {
    const whole = this.#output.slice(0, this.#output.lastIndexOf("\n") + 1).split("\n");
    return whole.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as LogLine);
  }

  /** Waits until it has ended; its exit code. */
  async ended(): Promise<number> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
    return this.#child.exitCode ?? -1;
  }

  /** Asks it to end, and waits until it has. */
  stop(): Promise<number> {
    this.#child.kill("SIGTERM");
    return this.ended();
  }
}

export async function startProcess({ configFile }: GatewayDaemonOptions) {
  const started = new GatewayProcess(configFile);
  return { process: started, url: await started.listening(), stop: () => started.stop() };
}
