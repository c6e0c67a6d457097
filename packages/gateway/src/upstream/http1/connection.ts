import type { TlsOptions } from "@rollcall/runtime";
import type { Socket } from "node:net";
import type { Deadline, Deadlines } from "../deadlines.ts";
import type { ResponseHead } from "./response-head.ts";
import type { ProtocolError } from "./protocol-error.ts";
import { ResponseReader, type ResponseHandler } from "./response-reader.ts";
import { openSocket, type Target, type TlsMemory } from "./open-socket.ts";
import { requestBytes, type UpstreamRequest } from "./request-bytes.ts";

/** A connection that failed: Node's error code, or "" where it has none. A value, never thrown. */
export interface ConnectionFailure {
  readonly code: string;
  /** No byte of the request can have reached the backend. */
  readonly unsent: boolean;
}

/** Receives what becomes of one request: the parts of its answer, or an error in place of the rest of them. */
export interface ResponseSink extends ResponseHandler {
  fail(error: ConnectionFailure | ProtocolError): void;
}

/** Handle of a request that is under way. Not to be used once its answer has ended: the connection may carry another one. */
export interface Sending {
  /** The answer is not read any further. */
  pause(): void;
  resume(): void;
  /** The answer is not wanted any more; the sink hears nothing more of it. */
  abort(): void;
}

/** What a connection tells those who keep it. */
export interface ConnectionKeeper {
  readonly deadlines: Deadlines;
  readonly target: Target;
  readonly tlsMemory: TlsMemory;
  tlsOptions(): TlsOptions;
  /** Its answer has ended well, and it can be used again. */
  idle(connection: Connection): void;
  closed(connection: Connection): void;
}

const CONNECT_TIMEOUT_MS = 2_000;

/** vLLM closes idle connections after 5 s and does not say so: let go before it does. */
const IDLE_MS = 4_000;
/** A server that says how long it keeps a connection is left so much earlier. */
const MARGIN_MS = 1_000;

/** What all sockets of the process read into, one after the other: a reader copies what it keeps. */
const SHARED = Buffer.allocUnsafeSlow(64 * 1024);

/** A connection to a backend, kept alive, with one request at a time. */
export class Connection implements ResponseHandler, Deadline, Sending {
  expiresAt: number;
  place = -1;
  readonly #keeper: ConnectionKeeper;
  readonly #socket: Socket;
  readonly #reader = new ResponseReader();
  #sink: ResponseSink | null = null;
  #errorCode = "";
  #connecting = true;
  #paused = false;
  #persistent = true;
  #idleMs = IDLE_MS;

  constructor(keeper: ConnectionKeeper) {
    this.#keeper = keeper;
    const { deadlines, target, tlsMemory } = keeper;
    const onread = { buffer: SHARED, callback: (size: number) => this.#read(size) };
    const { socket, connected } = openSocket(
      { ...target, tlsOptions: keeper.tlsOptions() },
      onread,
      tlsMemory,
    );
    this.#socket = socket;
    this.expiresAt = deadlines.now() + CONNECT_TIMEOUT_MS;
    deadlines.add(this);
    socket.on(connected, () => {
      this.#connecting = false;
      deadlines.delete(this);
    });
    socket.on("error", ({ code = "" }: NodeJS.ErrnoException) => (this.#errorCode ||= code));
    socket.on("end", () => this.#ended());
    socket.on("close", () => this.#closed());
  }

  get usable(): boolean {
    return !this.#socket.destroyed;
  }

  send(request: UpstreamRequest, sink: ResponseSink): Sending {
    if (!this.#connecting) this.#keeper.deadlines.delete(this);
    this.#sink = sink;
    this.#reader.expect(this);
    const pieces = requestBytes(request, this.#keeper.target.authority);
    if (pieces.length > 1) this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    if (pieces.length > 1) this.#socket.uncork();
    return this;
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
  }

  abort(): void {
    this.#sink = null;
    this.#socket.destroy();
  }

  /** Its time is over: to connect, or to wait for another request. */
  onExpired(): void {
    if (this.#connecting) this.#errorCode = "ETIMEDOUT";
    this.#socket.destroy();
  }

  head(head: ResponseHead): void {
    this.#persistent = head.persistent;
    if (head.keepAlive !== null) this.#idleMs = idleTime(head.keepAlive);
    this.#sink?.head(head);
  }

  data(piece: Buffer): void {
    this.#sink?.data(piece);
  }

  end(): void {
    const sink = this.#sink;
    if (sink === null) return;
    this.#sink = null;
    this.resume();
    // A body that the backend answered before it had read it whole is still on its way.
    if (this.#persistent && this.#idleMs > 0 && this.#socket.writableLength === 0) this.#rest();
    else this.#socket.destroy();
    sink.end();
  }

  #rest(): void {
    const { deadlines } = this.#keeper;
    this.expiresAt = deadlines.now() + this.#idleMs;
    deadlines.add(this);
    this.#keeper.idle(this);
  }

  #read(size: number): boolean {
    const error = this.#reader.push(SHARED.subarray(0, size));
    if (error !== null) this.#break(error);
    return true;
  }

  #ended(): void {
    if (this.#reader.close()) this.#socket.destroy();
    else this.#break({ code: "ECONNRESET", unsent: false });
  }

  #break(error: ConnectionFailure | ProtocolError): void {
    this.#socket.destroy();
    this.#fail(error);
  }

  #closed(): void {
    this.#keeper.deadlines.delete(this);
    this.#keeper.closed(this);
    this.#fail({ code: this.#errorCode, unsent: this.#connecting });
  }

  #fail(error: ConnectionFailure | ProtocolError): void {
    const sink = this.#sink;
    this.#sink = null;
    sink?.fail(error);
  }
}

/** `timeout=5, max=100`: in seconds. */
function idleTime(hint: string): number {
  const seconds = /timeout=(\d+)/i.exec(hint)?.[1];
  return seconds === undefined ? IDLE_MS : Math.min(IDLE_MS, Number(seconds) * 1_000 - MARGIN_MS);
}
