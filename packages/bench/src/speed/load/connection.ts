import { connect, type Socket } from "node:net";
import { MessageReader } from "../wire/message-reader.ts";

/** Where requests go, and what all of them say. */
export interface Address {
  /** http://HOST:PORT */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One request as its bytes. */
export function requestBytes({ url, headers }: Address, path: string, body: string): Buffer {
  const lines = Object.entries({ host: new URL(url).host, "content-type": "application/json", ...headers });
  const length = Buffer.byteLength(body);
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${head}content-length: ${length}\r\n\r\n${body}`);
}

/** Hears how the answer to the one request goes that is under way on a connection. */
export interface AnswerSink {
  body(bytes: Buffer): void;
  /** Null when all of a good answer came, or else its status line, or what became of the connection. */
  end(failure: string | null): void;
}

const GOOD = /^HTTP\/1\.1 [23]/;
const CLOSES = /\r\nconnection: *close/i;

/** A kept-alive connection with one request at a time, as cheap as Node can. */
export class Connection {
  readonly #socket: Socket;
  #sink: AnswerSink | null = null;
  #failure: string | null = null;
  #closes = false;
  #open = true;

  constructor({ url }: Address) {
    const { hostname, port } = new URL(url);
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const reader = new MessageReader({
      head: (text) => {
        this.#failure = GOOD.test(text) ? null : (text.split("\r\n", 1)[0] ?? text);
        this.#closes = CLOSES.test(text);
      },
      body: (bytes) => this.#sink?.body(bytes),
      end: () => this.#end(this.#failure),
    });
    this.#socket.on("data", (chunk) => reader.push(chunk));
    this.#socket.on("error", () => this.#socket.destroy());
    this.#socket.on("close", () => {
      this.#open = false;
      this.#end(this.#failure ?? "the connection was closed");
    });
  }

  /** Whether another request may be sent on it. */
  get usable(): boolean {
    return this.#open && this.#sink === null;
  }

  send(request: Buffer, sink: AnswerSink): void {
    this.#sink = sink;
    this.#socket.write(request);
  }

  destroy(): void {
    this.#sink = null;
    this.#socket.destroy();
  }

  #end(failure: string | null): void {
    if (this.#closes) {
      this.#open = false;
      this.#socket.destroy();
    }
    const sink = this.#sink;
    this.#sink = null;
    sink?.end(failure);
  }
}
