import { once } from "node:events";
import { onTestFinished } from "vitest";
import { WebSocket, type ClientOptions } from "ws";
import { MASTER_KEY, type Json } from "./harness.ts";

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** An answer to an upgrade that was no 101. */
export interface Refused {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly json: Json;
}

export interface SocketOptions {
  readonly protocols?: string[];
  readonly headers?: Record<string, string>;
  readonly client?: ClientOptions;
}

const WITH_KEY = { authorization: `Bearer ${MASTER_KEY}` };

/** A WebSocket client that remembers what it heard. */
export class SocketClient {
  readonly socket: WebSocket;
  readonly closed: Promise<Closed>;
  /** Headers of the 101. */
  headers: Record<string, string | string[] | undefined> = {};
  /** Texts and bytes that nobody has taken yet. */
  readonly #heard: (string | Buffer)[] = [];
  #wake: () => void = () => {};

  constructor(url: string, { protocols = [], headers = WITH_KEY, client = {} }: SocketOptions) {
    this.socket = new WebSocket(url.replace(/^http/, "ws"), protocols, { headers, ...client });
    this.socket.on("upgrade", (answer) => (this.headers = answer.headers));
    this.socket.on("message", (data: Buffer, isBinary) => {
      this.#heard.push(isBinary ? data : data.toString("utf8"));
      this.#wake();
    });
    const closed = Promise.withResolvers<Closed>();
    this.closed = closed.promise;
    this.socket.on("close", (code, reason) => closed.resolve({ code, reason: reason.toString("utf8") }));
  }

  /** The next message. */
  async next(): Promise<string | Buffer> {
    for (;;) {
      const message = this.#heard.shift();
      if (message !== undefined) return message;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await Promise.race([
        promise,
        this.closed.then(({ code, reason }) => {
          if (this.#heard.length === 0) throw new Error(`closed instead: ${code} ${reason}`);
        }),
      ]);
    }
  }

  async nextEvent(): Promise<Json> {
    return JSON.parse(String(await this.next()));
  }

  send(event: object | string | Buffer): void {
    const isText = typeof event === "string";
    this.socket.send(isText || Buffer.isBuffer(event) ? event : JSON.stringify(event));
  }

  async close(code?: number, reason?: string): Promise<Closed> {
    this.socket.close(code, reason);
    return this.closed;
  }
}

/** Resolves once it is open; rejects where it is refused. */
export async function connect(url: string, options: SocketOptions = {}): Promise<SocketClient> {
  const client = new SocketClient(url, options);
  onTestFinished(() => client.socket.terminate());
  await once(client.socket, "open");
  client.socket.on("error", () => {});
  return client;
}

/** The HTTP answer of an upgrade that is refused. */
export function refusal(url: string, options: SocketOptions = {}): Promise<Refused> {
  const { socket } = new SocketClient(url, options);
  return new Promise((resolve, reject) => {
    socket.on("open", () => {
      socket.terminate();
      reject(new Error("it was accepted"));
    });
    socket.on("error", () => {});
    socket.on("unexpected-response", (_request, answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      answer.on("end", () => {
        socket.terminate();
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, json: JSON.parse(text) });
      });
    });
  });
}
