import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Clock } from "@rollcall/contract";
import { EXIT, isListening, supervise } from "@rollcall/runtime";

export interface DaemonSpec {
  readonly name: string;
  /** Script and arguments for this same Node. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What it reads on standard input; null for nothing. */
  readonly input?: string | null;
}

export interface DaemonProcessOptions {
  readonly clock: Clock;
  readonly onLine: (line: string) => void;
  readonly onError: (text: string) => void;
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A daemon in a process of its own, restarted when it crashes. One that exits before it ever listened is not: it has said why. */
export class DaemonProcess {
  readonly #spec: DaemonSpec;
  readonly #options: DaemonProcessOptions;
  readonly #stop = new AbortController();
  readonly #listening = Promise.withResolvers<string>();
  #hasListened = false;
  #child: ChildProcess | null = null;
  /** Where it listened first. */
  readonly url = this.#listening.promise;
  /** Resolves with the exit code once it is gone for good. */
  readonly ended: Promise<number>;

  constructor(spec: DaemonSpec, options: DaemonProcessOptions) {
    this.#spec = spec;
    this.#options = options;
    this.ended = this.#keepRunning();
  }

  /** Asks it to stop; asked again, it stops at once. */
  stop(): Promise<number> {
    this.#stop.abort();
    this.#child?.kill("SIGTERM");
    return this.ended;
  }

  async #keepRunning(): Promise<number> {
    const { clock, onError } = this.#options;
    const { name } = this.#spec;
    const outcome = await supervise<End>(
      {
        run: () => this.#run(),
        giveUpAt: ({ code }) => (this.#isComplaint(code) ? 1 : Number.POSITIVE_INFINITY),
        crashed: ({ code, signal }, decision) => {
          if (decision.kind === "restart")
            onError(`${name} exited (${signal ?? `exit ${code}`}); restarting in ${decision.afterMs} ms\n`);
        },
      },
      clock,
      this.#stop.signal,
    );
    return outcome.end === null ? EXIT.ok : (outcome.end.code ?? EXIT.unclean);
  }

  /** It ended by itself and said why, and would only say it again. */
  #isComplaint(code: number | null): boolean {
    return code === EXIT.usage || (code !== null && !this.#hasListened);
  }

  #run(): Promise<End> {
    const { onError, onLine } = this.#options;
    const { input = null } = this.#spec;
    const child = spawn(process.execPath, [...this.#spec.args], {
      env: this.#spec.env ?? process.env,
      // A group of its own: Ctrl-C reaches us alone, and we end the children in order. The channel tells them if we die.
      detached: true,
      stdio: [input === null ? "ignore" : "pipe", "pipe", "pipe", "ipc"],
    });
    this.#child = child;
    // One that ended before it had read all has said why.
    child.stdin?.on("error", () => {}).end(input);
    child.on("message", (message) => {
      if (!isListening(message)) return;
      this.#hasListened = true;
      this.#listening.resolve(message.url);
    });
    if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", onLine);
    child.stderr?.on("data", (chunk: Buffer) => onError(chunk.toString("utf8")));
    return new Promise((resolve) => {
      child.once("error", (error) => {
        onError(`${this.#spec.name}: ${error.message}\n`);
        resolve({ code: EXIT.failed, signal: null });
      });
      child.once("close", (code, signal) => resolve({ code, signal }));
    });
  }
}
