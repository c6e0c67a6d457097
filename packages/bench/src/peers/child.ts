import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export interface ChildOptions {
  /** Where its standard output goes, instead of to `output`. */
  readonly outputFile?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const KEPT_OUTPUT = 256 * 1024;
const GRACE_MS = 8_000;

const running = new Set<ChildProcess>();

// However the bench ends, nothing that it started outlives it.
process.on("exit", () => {
  for (const child of running) killGroup(child);
});

/** A process that the bench started, and ends by its id. */
export class Child {
  readonly #child: ChildProcess;
  readonly #command: string;
  output = "";
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** As `ended`, and everything that it wrote has been read. */
  readonly allRead: Promise<number | string>;

  constructor(command: string, args: readonly string[], { cwd, env = {}, outputFile }: ChildOptions = {}) {
    this.#command = command;
    const file = outputFile === undefined ? null : openSync(outputFile, "w");
    this.#child = spawn(command, args, {
      // A group of its own: what the process itself started can be ended with it.
      detached: true,
      stdio: ["ignore", file ?? "pipe", "pipe"],
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    if (file !== null) closeSync(file);
    running.add(this.#child);
    for (const pipe of [this.#child.stdout, this.#child.stderr])
      pipe?.on(
        "data",
        (chunk: Buffer) => (this.output = (this.output + chunk.toString()).slice(-KEPT_OUTPUT)),
      );
    this.ended = new Promise((resolve) => {
      const end = (how: number | string) => {
        running.delete(this.#child);
        // What it started and did not end itself is still in its group.
        killGroup(this.#child);
        resolve(how);
      };
      this.#child.once("error", (fault) => end(fault.message));
      this.#child.once("exit", (code, signal) => end(code ?? signal ?? "gone"));
    });
    const closed = new Promise<void>((resolve) => this.#child.once("close", () => resolve()));
    this.allRead = closed.then(() => this.ended);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to end, and makes it end when it does not. */
  async stop(signal: NodeJS.Signals = "SIGTERM", graceMs = GRACE_MS): Promise<number | string> {
    this.signal(signal);
    const giveUp = new AbortController();
    const late = sleep(graceMs, "late" as const, { signal: giveUp.signal }).catch(() => "late" as const);
    const how = await Promise.race([this.ended, late]);
    giveUp.abort();
    if (how !== "late") return how;
    killGroup(this.#child);
    return this.ended;
  }

  async sees(pattern: RegExp, timeoutMs = 15_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!pattern.test(this.output)) {
      if (Date.now() > deadline || !running.has(this.#child))
        throw new Error(
          `${this.#command}: ${pattern} was not seen in its output:\n${this.output.slice(-2_000)}`,
        );
      await sleep(20);
    }
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Already gone.
  }
}
