import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Writable } from "node:stream";
import { constants, createGzip } from "node:zlib";
import type { Connections } from "./connections.ts";
import { readBody } from "./read-body.ts";
import type { RequestEnd } from "../request-log.ts";

export interface ExchangeParts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connections: Connections;
}

/** One request and its answer, until the answer has gone out or the client has left. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly method: string;
  readonly path: string;
  /** True once nothing more can reach the client: all sent, or one side gone. */
  over = false;
  #response: ServerResponse;
  /** Where a body is written to: the response, or what compresses it. */
  #sink: Writable;
  #compressed = false;
  #body: Promise<Buffer | undefined> | undefined;
  #socket: Socket;
  #connections: Connections;
  #onOver: ((end: RequestEnd) => void)[] = [];
  #wake: (() => void) | undefined;

  constructor({ request, response, connections }: ExchangeParts) {
    this.request = request;
    this.method = request.method ?? "GET";
    this.path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    this.#response = response;
    this.#sink = response;
    // The server writes its own, by its own clock, or none.
    response.sendDate = false;
    this.#socket = connections.under(request.socket);
    this.#connections = connections;
    response.once("close", () => this.#end());
  }

  /** 0 for the first connection that the server accepted. */
  get connectionNumber(): number {
    return this.#connections.numberOf(this.#socket);
  }

  /** The whole body of the request, however often it is asked for. Undefined when the client left before its end. */
  readBody(): Promise<Buffer | undefined> {
    this.#body ??= readBody(this.request);
    return this.#body;
  }

  /** The body of the answer will be gzip'd, each write as it comes, whatever the client accepts. */
  compress(): void {
    this.#compressed = true;
  }

  onOver(listener: (end: RequestEnd) => void): void {
    this.#onOver.push(listener);
  }

  /** An answer that is known whole. Like all that is sent, it goes nowhere once the exchange is over. */
  answer(status: number, headers: OutgoingHttpHeaders, body: string): void {
    if (this.over) return;
    const length = { "content-length": String(Buffer.byteLength(body)) };
    this.#head(status, "content-length" in headers ? headers : { ...headers, ...length });
    this.#sink.end(body);
  }

  /** Sends the head at once; the body follows by `write` and `finish`. */
  begin(status: number, headers: OutgoingHttpHeaders): void {
    if (this.over) return;
    this.#head(status, headers);
    this.#response.flushHeaders();
  }

  /** Writes, and waits while the client does not read. */
  async write(chunk: string | Uint8Array): Promise<void> {
    if (this.over || this.#sink.write(chunk)) return;
    await this.until((wake) => {
      this.#sink.once("drain", wake);
      return () => this.#sink.off("drain", wake);
    });
  }

  finish(chunk?: string | Uint8Array): void {
    if (!this.over) this.#sink.end(chunk);
  }

  cut(how: "reset" | "end" | "destroy"): void {
    this.#connections.cut(this.#socket, how);
  }

  /** Answers with these bytes, HTTP or not, and ends the connection. */
  cutAfter(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
    this.cut("end");
  }

  /** Lets the event loop go round once, so that what was written leaves as a TCP write of its own. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  /** Waits that long, or until the exchange is over. */
  pause(ms: number): Promise<void> {
    return this.until((wake) => {
      const timer = setTimeout(wake, ms);
      return () => clearTimeout(timer);
    });
  }

  /** Nothing more is sent: waits until the client leaves or the connection is cut. */
  silence(): Promise<void> {
    return this.until(() => () => {});
  }

  /** Waits until `start` calls what it was given, or until the exchange is over. One wait at a time. */
  until(start: (wake: () => void) => () => void): Promise<void> {
    if (this.over) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = start(() => this.#wake?.());
      this.#wake = () => {
        this.#wake = undefined;
        stop();
        resolve();
      };
    });
  }

  /** Undefined until a head was sent. */
  get status(): number | undefined {
    return this.#response.headersSent ? this.#response.statusCode : undefined;
  }

  #head(status: number, headers: OutgoingHttpHeaders): void {
    // uvicorn does not announce its keep-alive timeout; Node would.
    if (this.#response.shouldKeepAlive) this.#response.removeHeader("connection");
    if (this.#compressed && headers["content-length"] !== "0") this.#headOfCompressed(status, headers);
    else this.#response.writeHead(status, headers);
  }

  #headOfCompressed(status: number, headers: OutgoingHttpHeaders): void {
    const { "content-length": _ofTheOriginal, ...kept } = headers;
    this.#response.writeHead(status, { ...kept, "content-encoding": "gzip", vary: "accept-encoding" });
    // As nginx's gzip does: what comes leaves at once.
    this.#sink = createGzip({ flush: constants.Z_SYNC_FLUSH });
    this.#sink.pipe(this.#response);
  }

  #end(): void {
    this.over = true;
    if (this.#compressed) this.#sink.destroy();
    this.#wake?.();
    const unfinished = this.#connections.wasCut(this.#socket) ? "cut" : "cancelled";
    const end = this.#response.writableFinished ? "completed" : unfinished;
    for (const listener of this.#onOver) listener(end);
  }
}
