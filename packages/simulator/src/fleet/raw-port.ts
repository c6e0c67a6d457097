import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { addressOf } from "../http/held-port.ts";
import { serveRaw, type Wiring } from "./raw-connection.ts";

/** All of a fleet may connect at the same moment. */
const BACKLOG = 4096;

/** A TCP port that can be closed and opened again; connections that are open are cut with it. */
export class RawPort {
  readonly #wiring: Wiring;
  readonly #host: string;
  #server: Server | undefined;
  #open = new Set<Socket>();
  #number: number;

  /** `port` 0 = any free one, kept from then on. */
  constructor(wiring: Wiring, { host, port }: { host: string; port: number }) {
    this.#wiring = wiring;
    this.#host = host;
    this.#number = port;
  }

  get url(): string {
    return `http://${this.#host}:${this.#number}`;
  }

  get number(): number {
    return this.#number;
  }

  async open(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer({ noDelay: true }, (socket) => {
      this.#open.add(socket);
      socket.once("close", () => this.#open.delete(socket));
      serveRaw(socket, this.#wiring);
    });
    this.#server = server;
    server.listen({ host: this.#host, port: this.#number, backlog: BACKLOG });
    await once(server, "listening");
    this.#number = addressOf(server).port;
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, "close");
    server.close();
    for (const socket of this.#open) socket.destroy();
    await closed;
  }
}
