import { spawn, type ChildProcess } from "node:child_process";

const running = new Set<ChildProcess>();

// However the run ends, nothing that it started outlives it.
process.on("exit", () => {
  for (const child of running) killGroup(child);
});

export interface ProgramOptions {
  readonly cwd?: string;
  /** All of its environment beside PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** All that it finds on standard input; nothing where it is absent. */
  readonly input?: string;
  /** It is ended then. */
  readonly timeoutMs?: number;
}

export interface Finished {
  /** Null where a signal ended it, or it could not be started. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** One process with all that it starts, as a group of its own. */
export class Program {
  readonly #child: ChildProcess;
  readonly ended: Promise<Finished>;
  out = "";
  err = "";

  constructor(
    command: string,
    args: readonly string[],
    { cwd, env = {}, input, timeoutMs }: ProgramOptions = {},
  ) {
    this.#child = spawn(command, args, {
      detached: true,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      env: { PATH: process.env["PATH"], ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    running.add(this.#child);
    // A program that ends without reading it all has said why on its error output.
    this.#child.stdin?.on("error", () => {}).end(input);
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.out += text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.err += text));
    const late = timeoutMs === undefined ? undefined : setTimeout(() => killGroup(this.#child), timeoutMs);
    // What it started and left behind would hold its output open.
    this.#child.once("exit", () => killGroup(this.#child));
    this.ended = new Promise((resolve) => {
      const end = (code: number | null) => {
        clearTimeout(late);
        running.delete(this.#child);
        resolve({ code, out: this.out, err: this.err });
      };
      this.#child.once("error", ({ message }) => {
        this.err += message;
        end(null);
      });
      this.#child.once("close", end);
    });
  }

  get lives(): boolean {
    return running.has(this.#child);
  }

  stop(): Promise<Finished> {
    this.#child.kill("SIGTERM");
    return this.ended;
  }
}

export function run(command: string, args: readonly string[], options?: ProgramOptions): Promise<Finished> {
  return new Program(command, args, options).ended;
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Already gone.
  }
}
