import { unlinkSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import type { Log } from "@rollcall/runtime";
import type { Held } from "./held.ts";
import { receive, send } from "./message.ts";

/** The next generation's wish. */
export interface Taking {
  /** Where it takes late requests. */
  readonly door: string;
  /** To be told at once what is held, and whenever that is less. */
  readonly tell: (held: Held) => void;
}

export interface GenerationOptions {
  readonly path: string;
  /** Inodes of the listening sockets. */
  readonly sockets: readonly number[];
  readonly log: Log;
}

/** A running generation of the gateway, as the next one finds it. The socket is its lock: who holds it has the port. */
export class Generation {
  readonly #options: GenerationOptions;
  readonly #server: Server;
  readonly #newer = new Set<Socket>();
  readonly #taken = Promise.withResolvers<Taking>();
  #isTaken = false;
  #held: Held | null = null;
  /** Resolves when the next generation is ready to serve. */
  readonly taken = this.#taken.promise;

  private constructor(options: GenerationOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#meet(socket));
  }

  /** Null where the directory cannot be written: then a restart has a gap. */
  static async open(options: GenerationOptions): Promise<Generation | null> {
    const generation = new Generation(options);
    const server = generation.#server;
    remove(options.path);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(options.path, resolve);
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      options.log.warn({ code }, "state directory cannot be written: a restart will have a gap");
      return null;
    }
    server.unref();
    return generation;
  }

  /** Nobody can take over any more. */
  close(): void {
    this.#server.close();
    remove(this.#options.path);
    for (const socket of this.#newer) socket.destroy();
  }

  #meet(socket: Socket): void {
    socket.on("error", () => {});
    receive(socket, (message) => {
      if (message.kind !== "take") return;
      const { sockets, door } = message;
      if (!sockets.some((inode) => this.#options.sockets.includes(inode))) {
        send(socket, { kind: "another", pid: process.pid });
        return;
      }
      this.#newer.add(socket);
      socket.once("close", () => this.#newer.delete(socket));
      if (this.#held !== null) send(socket, { kind: "held", held: this.#held });
      // A third generation only listens: what was handed over is the second's to hand on.
      if (this.#isTaken) return;
      this.#isTaken = true;
      this.#taken.resolve({ door, tell: (held) => this.#tell(held) });
    });
  }

  #tell(held: Held): void {
    this.#held = held;
    for (const socket of this.#newer) send(socket, { kind: "held", held });
  }
}

/** One that is left over belongs to a process that is gone and had our id. */
export function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // There was none.
  }
}
