import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { once } from "node:events";

/** Python ends slowly: its engine first, then the server, then what they share. */
const GRACE_MS = 60_000;

const KEPT_OUTPUT = 20_000;

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) signalGroup(child, "SIGKILL");
});

/** A process of a real server, and what it has started itself. */
export class RealServer {
  readonly #child: ChildProcess;
  readonly ended: Promise<unknown>;
  output = "";

  constructor(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(program, args, {
      // A group of its own, so that whatever it starts is ended with it.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
    });
    running.add(this.#child);
    for (const pipe of [this.#child.stdout, this.#child.stderr])
      pipe?.on(
        "data",
        (chunk: Buffer) => (this.output = (this.output + chunk.toString()).slice(-KEPT_OUTPUT)),
      );
    this.ended = once(this.#child, "exit").then(() => running.delete(this.#child));
  }

  get isRunning(): boolean {
    return running.has(this.#child);
  }

  /** To the server itself, as its supervisor would. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** To those of its processes whose title begins so. */
  signalPart(title: string, signal: NodeJS.Signals): void {
    const pids = processesOf(this.#child.pid ?? 0).filter((pid) => titleOf(pid).startsWith(title));
    if (pids.length === 0) throw new Error(`no process of the server is called ${title}`);
    for (const pid of pids) process.kill(pid, signal);
  }

  /** Ends it and all that it started. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    // What is stopped hears nothing else.
    signalGroup(this.#child, "SIGCONT");
    this.signal("SIGTERM");
    const late = setTimeout(() => signalGroup(this.#child, "SIGKILL"), GRACE_MS);
    await this.ended;
    clearTimeout(late);
    signalGroup(this.#child, "SIGKILL");
  }
}

/** The pids of one process group. */
function processesOf(group: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => Number(/^\d+ \(.*\) \S \d+ (\d+)/s.exec(read(`/proc/${pid}/stat`))?.[1]) === group)
    .map(Number);
}

function titleOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // All of it is gone.
  }
}
