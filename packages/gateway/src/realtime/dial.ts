import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { TlsOptions } from "@rollcall/runtime";
import type { WebSocket } from "ws";
import type { Names } from "../upstream/backend-words.ts";
import { classifyConnection } from "../upstream/classify-connection.ts";
import type { Deadline, Deadlines } from "../upstream/deadlines.ts";
import { UpstreamError } from "../upstream/upstream-error.ts";
import { classifyRefusal } from "./classify-refusal.ts";
import type { WebSocketLibrary } from "./library.ts";

/** To connect and to be accepted: nothing has to be computed for it. */
const DIAL_MS = 10_000;

/** Much of an error is not needed to understand it. */
const MAX_ERROR_BYTES = 64 * 1024;

export interface DialOptions {
  readonly library: Pick<WebSocketLibrary, "WebSocket">;
  /** `ws://host:8000/v1/realtime?model=…` */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  readonly maxMessageBytes: number;
  readonly names: Names;
  readonly deadlines: Deadlines;
}

export interface DialEvents {
  opened(webSocket: WebSocket, socket: Socket): void;
  failed(error: UpstreamError): void;
}

/** One connection to a backend, until it is open or refused: tells exactly one of both, and never within the call. */
export class Dial implements Deadline {
  expiresAt: number;
  place = -1;
  readonly #options: DialOptions;
  readonly #events: DialEvents;
  readonly #webSocket: WebSocket;
  #socket: Socket | null = null;
  #isOver = false;

  constructor(options: DialOptions, events: DialEvents) {
    const { deadlines, headers, library, maxMessageBytes, tls, url } = options;
    this.#options = options;
    this.#events = events;
    this.#webSocket = new library.WebSocket(url, {
      ...tls,
      headers,
      maxPayload: maxMessageBytes,
      perMessageDeflate: false,
      followRedirects: false,
    });
    this.#listen();
    this.expiresAt = deadlines.now() + DIAL_MS;
    deadlines.add(this);
  }

  /** The app left: nobody is told. False: it was over before. */
  cancel(): boolean {
    const isFirst = this.#end();
    if (isFirst) this.#webSocket.terminate();
    return isFirst;
  }

  onExpired(): void {
    this.#fail(new UpstreamError("timeout", { timeout: "connect" }));
  }

  #listen(): void {
    const webSocket = this.#webSocket;
    webSocket.on("upgrade", ({ socket }) => (this.#socket = socket));
    webSocket.on("open", () => {
      if (this.#socket !== null && this.#end()) this.#events.opened(webSocket, this.#socket);
    });
    webSocket.on("error", (error: NodeJS.ErrnoException) => {
      const { code = "" } = error;
      // A 101 that is none has no code of the system's.
      const isProtocol = code === "" && this.#socket !== null;
      this.#fail(isProtocol ? new UpstreamError("proxy_error") : classifyConnection({ code, unsent: false }));
    });
    webSocket.on("unexpected-response", (_request, answer) => this.#readRefusal(answer));
  }

  #readRefusal(answer: IncomingMessage): void {
    let body = "";
    const { headers, statusCode: status = 0 } = answer;
    const { "retry-after": retryAfter = null, location = null } = headers;
    const tell = () =>
      this.#fail(classifyRefusal({ status, body, retryAfter, location }, this.#options.names));
    answer.setEncoding("utf8");
    answer.on("data", (piece: string) => {
      body += piece;
      if (body.length >= MAX_ERROR_BYTES) tell();
    });
    answer.on("end", tell);
    answer.on("error", tell);
  }

  #fail(error: UpstreamError): void {
    if (!this.#end()) return;
    this.#webSocket.terminate();
    this.#events.failed(error);
  }

  /** False: it is over already. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#options.deadlines.delete(this);
    return true;
  }
}
