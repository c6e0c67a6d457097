import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { eventually } from "./harness.ts";

const SCRIPT = fileURLToPath(new URL("notify-socket.py", import.meta.url));

/** systemd's end of the notification socket. */
export class NotifySocket {
  readonly name: string;
  /** Every variable of every message, in order. */
  readonly variables: string[] = [];
  readonly #child: ChildProcess;
  #bound = false;

  private constructor(name: string) {
    this.name = name;
    this.#child = spawn("python3", [SCRIPT, name], { stdio: ["ignore", "pipe", "inherit"] });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error("no output");
    createInterface({ input: stdout }).on("line", (line) => {
      const said = JSON.parse(line) as { bound?: string; variables?: string[] };
      this.#bound ||= said.bound === name;
      this.variables.push(...(said.variables ?? []));
    });
  }

  /** A path, or a name in the abstract namespace that begins with @. */
  static async open(name: string): Promise<NotifySocket> {
    const socket = new NotifySocket(name);
    await eventually(() => socket.#bound);
    return socket;
  }

  /** How often it was told so. */
  count(variable: string): number {
    return this.variables.filter((told) => told === variable).length;
  }

  async close(): Promise<void> {
    const ended = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await ended;
  }
}
