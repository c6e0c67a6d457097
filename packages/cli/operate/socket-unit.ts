import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { eventually } from "../test/harness.ts";

const SCRIPT = fileURLToPath(new URL("socket-unit.py", import.meta.url));

/** One run of the unit's command. */
export interface Run {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface Said {
  readonly port?: number;
  readonly started?: number;
  readonly ended?: number;
  readonly code?: number;
  readonly over?: true;
}

/** `rollcall-gateway.socket` and its service: a port that is kept, and a main process that is started, restarted, stopped. */
export class SocketUnit {
  readonly said: Said[] = [];
  /** All that the service's processes print. */
  out = "";
  readonly #child: ChildProcess;

  private constructor() {
    this.#child = spawn("python3", [SCRIPT, "127.0.0.1", "0"], { stdio: ["pipe", "pipe", "pipe"] });
    const { stderr, stdout } = this.#child;
    if (stderr === null || stdout === null) throw new Error("no output");
    stderr.on("data", (chunk: Buffer) => (this.out += chunk.toString("utf8")));
    createInterface({ input: stdout }).on("line", (line) => this.said.push(JSON.parse(line) as Said));
  }

  static async open(): Promise<SocketUnit> {
    const unit = new SocketUnit();
    await eventually(() => unit.said.length > 0);
    return unit;
  }

  get url(): string {
    return `http://127.0.0.1:${this.said[0]?.port}`;
  }

  /** Main processes, in order. */
  get mains(): readonly number[] {
    return this.said.flatMap(({ started }) => started ?? []);
  }

  /** How many main processes have started to listen. */
  get listening(): number {
    return this.out.match(/"msg":"gateway listens"/g)?.length ?? 0;
  }

  async start(run: Run): Promise<void> {
    await this.#startBy("start", run);
  }

  /** As `systemctl restart`: resolves when the next generation listens. */
  async restart(run: Run): Promise<void> {
    await this.#startBy("restart", run);
  }

  /** Ends what is left of it, at once. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "close");
    this.#child.stdin?.end();
    await ended;
  }

  /** As `systemctl stop`; resolves with the exit codes of all processes, once the last generation is gone. */
  async stop(): Promise<readonly number[]> {
    const ended = once(this.#child, "close");
    this.#child.stdin?.write("stop\n");
    await ended;
    return this.said.flatMap(({ code }) => code ?? []);
  }

  async #startBy(verb: string, run: Run): Promise<void> {
    const before = this.listening;
    this.#child.stdin?.write(`${verb} ${JSON.stringify(run)}\n`);
    await eventually(() => this.listening > before, 30_000).catch(() => {
      throw new Error(`no generation listens: ${this.out}`);
    });
  }
}
