import { once } from "node:events";
import type { Duplex } from "node:stream";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Connections } from "./connections.ts";
import { type Address, addressOf, type HeldPort, holdPort } from "./held-port.ts";

export interface PortOptions {
  readonly host: string;
  /** 0 = any free one, kept from then on. */
  readonly port: number;
  readonly keepAliveMs: number;
  readonly connections: Connections;
  readonly handler: RequestListener;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** PEM. Without it plain HTTP is spoken. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** uvicorn's default. */
const BACKLOG = 2048;

/** One TCP port that is either listened on or held so that connections are refused. */
export class Port {
  #options: PortOptions;
  #server: Server | undefined;
  #held: HeldPort | undefined;
  #address: Address | undefined;

  constructor(options: PortOptions) {
    this.#options = options;
  }

  /** The one that is kept, once there is one. */
  get number(): number {
    return this.#address?.port ?? this.#options.port;
  }

  async listen(): Promise<void> {
    if (this.#server !== undefined) return;
    await this.#release();
    const server = this.#createServer();
    server.listen({ host: this.#options.host, port: this.number, backlog: BACKLOG });
    await once(server, "listening");
    this.#server = server;
    this.#address = addressOf(server);
  }

  /** From here on connections are refused. Those that are open stay, unless they are cut as well. */
  async refuse(): Promise<void> {
    if (this.#server === undefined || this.#address === undefined) return;
    this.#server.close();
    this.#server = undefined;
    this.#held = await holdPort(this.#address);
  }

  async close(): Promise<void> {
    this.#server?.close();
    this.#server = undefined;
    await this.#release();
  }

  async #release(): Promise<void> {
    await this.#held?.release();
    this.#held = undefined;
  }

  #createServer(): Server {
    const { keepAliveMs, connections, handler, onUpgrade, tls } = this.#options;
    const server = tls === undefined ? createServer(handler) : createTlsServer(tls, handler);
    server.keepAliveTimeout = keepAliveMs;
    // Node would add a second of its own; uvicorn closes on the dot.
    server.keepAliveTimeoutBuffer = 0;
    // vLLM sets no limit on how long a request takes to arrive.
    server.requestTimeout = 0;
    server.on("upgrade", onUpgrade);
    server.on("connection", (socket) => connections.accept(socket));
    return server;
  }
}
