import type { Clock } from "@rollcall/contract";
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { EXIT } from "@rollcall/runtime";

export interface ChildSpec {
  readonly name: string;
  /** Script and arguments for this same Node. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface SupervisorOptions {
  readonly clock: Clock;
  readonly onLine: (line: string, name: string) => void;
  readonly onError: (text: string) => void;
}

const FIRST_BACKOFF_MS = 250;
const LAST_BACKOFF_MS = 10_000;

/** A child that ran this long was well: its next restart is the first again. */
const WELL_MS = 30_000;

/**
 * Keeps one child process running: started again when it crashes, after a wait that doubles. A child that fails before
 * it ever ran well says why itself, and trying again would only repeat it.
 */
export class SupervisedChild {
  readonly #spec: ChildSpec;
  readonly #options: SupervisorOptions;
  #child: ChildProcess | null = null;
  #stopping = false;
  readonly #wake = new AbortController();
  /** Resolves with the exit code once the child is gone for good. */
  readonly ended: Promise<number>;

  constructor(spec: ChildSpec, options: SupervisorOptions) {
    this.#spec = spec;
    this.#options = options;
    this.ended = this.#keepRunning();
  }

  /** Asks it to stop; asked again, it stops at once. */
  stop(): Promise<number> {
    this.#stopping = true;
    this.#wake.abort();
    this.#child?.kill("SIGTERM");
    return this.ended;
  }

  async #keepRunning(): Promise<number> {
    const { clock, onError } = this.#options;
    let backoff = FIRST_BACKOFF_MS;
    for (let run = 1; ; run += 1) {
      const startedAt = clock.now();
      const { code, signal } = await this.#runOnce();
      if (this.#stopping) return code ?? EXIT.unclean;
      const ran = clock.now() - startedAt;
      if (code === EXIT.usage || (run === 1 && code !== null && ran < WELL_MS)) return code;
      backoff = ran >= WELL_MS ? FIRST_BACKOFF_MS : Math.min(LAST_BACKOFF_MS, backoff * 2);
      onError(`${this.#spec.name} ended (${signal ?? `exit ${code}`}): started again in ${backoff} ms\n`);
      await clock.sleep(backoff, this.#wake.signal);
      if (this.#stopping) return EXIT.ok;
    }
  }

  #runOnce(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    const { onError, onLine } = this.#options;
    const child = spawn(process.execPath, [...this.#spec.args], {
      env: this.#spec.env ?? process.env,
      // A group of its own: Ctrl-C reaches us alone, and we end the children in order. The channel tells them if we die.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child = child;
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on("line", (line) => onLine(line, this.#spec.name));
    child.stderr?.on("data", (chunk: Buffer) => onError(chunk.toString("utf8")));
    return new Promise((resolve) => {
      child.once("error", (fault) => {
        onError(`${this.#spec.name}: ${fault.message}\n`);
        resolve({ code: EXIT.failed, signal: null });
      });
      child.once("close", (code, signal) => resolve({ code, signal }));
    });
  }
}
