import type { Server as HttpServer } from "node:http";
import { createServer, Server } from "node:net";
import type { Entry } from "../main/start.ts";
import { listen, socketOf, type Address, type HeldSocket } from "@rollcall/runtime";

/** All that one HTTP server takes connections from. */
export class Doors {
  readonly #server: HttpServer;
  readonly #others: Server[] = [];
  readonly isPortKept: boolean;
  readonly #passed: readonly number[];

  constructor(server: HttpServer, { passed, isPortKept }: Pick<Entry, "isPortKept" | "passed">) {
    this.#server = server;
    this.#passed = passed;
    this.isPortKept = isPortKept;
  }

  /** Returns the port. Throws StartError. */
  async open(address: Address): Promise<number> {
    const [first, ...more] = this.#passed;
    const port = await listen(this.#server, { ...address, socket: first });
    for (const socket of more) await listen(this.#beside(), { ...address, socket });
    return port;
  }

  /** Takes connections from a Unix socket too. Rejects where it cannot be made. */
  openPath(path: string): Promise<void> {
    const server = this.#beside();
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
  }

  /** The listening sockets. */
  get sockets(): readonly HeldSocket[] {
    return [this.#server, ...this.#others].flatMap((server) => {
      const socket = typeof server.address() === "string" ? null : socketOf(server);
      return socket === null ? [] : [socket];
    });
  }

  /** Accepts no more; resolves when every connection is closed. Those that are idle are left to end by themselves. */
  async shut(): Promise<void> {
    // As of any server: the one of HTTP would close idle connections, on which a request may be on its way.
    const closing = [this.#server, ...this.#others].map(
      (server) => new Promise((resolve) => void Server.prototype.close.call(server, resolve)),
    );
    await Promise.all(closing);
  }

  closeIdle(): void {
    this.#server.closeIdleConnections();
  }

  cut(): void {
    this.#server.closeAllConnections();
  }

  #beside(): Server {
    const server = createServer((socket) => this.#server.emit("connection", socket));
    this.#others.push(server);
    return server;
  }
}
