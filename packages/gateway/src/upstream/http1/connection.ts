import type { TlsOptions } from "@rollcall/runtime";
import type { Socket } from "node:net";
import type { Deadline, Deadlines } from "../deadlines.ts";
import { flushLater, noteStep, type Flushable } from "../write-batch.ts";
import { AnswerDecoder, codingOf, type Coding } from "./answer-decoder.ts";
import type { ResponseHead } from "./response-head.ts";
import { ProtocolError } from "./protocol-error.ts";
import { ResponseReader, type ResponseHandler } from "./response-reader.ts";
import type { ConnectionFailure, ResponseSink, Sending } from "./sending.ts";
import { openSocket, type Target, type TlsMemory } from "./open-socket.ts";
import { requestBytes, type Lender, type UpstreamRequest } from "./request-bytes.ts";

/** What a connection tells those who keep it. */
export interface ConnectionKeeper {
  readonly deadlines: Deadlines;
  readonly target: Target;
  readonly tlsMemory: TlsMemory;
  /** As the settings have it now. */
  tlsOptions(): TlsOptions;
  /** 0 ≤ x < 1 */
  random(): number;
  /** One that has carried nothing yet. */
  open(): Connection;
  /** Its answer has ended well, and it can be used again. */
  idle(connection: Connection): void;
  closed(connection: Connection): void;
}

const CONNECT_TIMEOUT_MS = 2_000;

/** vLLM closes idle connections after 5 s and does not say so: let go before it does. */
const IDLE_MS = 4_000;
/** A server that says how long it keeps a connection is left so much earlier. */
const MARGIN_MS = 1_000;

/** Then the name is resolved anew, so that a backend that moved is followed; not all of a fleet's at once. */
const OLDEST_MS = 300_000;
const OLDEST_SPREAD = 0.1;

/** What all sockets of the process read into, one after the other: a reader copies what it keeps. */
const SHARED = Buffer.allocUnsafeSlow(64 * 1024);

/** A connection to a backend, kept alive, with one request at a time. */
export class Connection implements ResponseHandler, Deadline, Sending, Flushable {
  expiresAt: number;
  place = -1;
  readonly #keeper: ConnectionKeeper;
  readonly #socket: Socket;
  readonly #reader = new ResponseReader();
  readonly #oldAt: number;
  #sink: ResponseSink | null = null;
  /** Of a connection that was used before, until the answer begins: the backend may have closed it meanwhile. */
  #unanswered: UpstreamRequest | null = null;
  /** Who has the request or its answer now: whoever holds this one's handle means that one. */
  #deputy: Sending | null = null;
  #isUsed = false;
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
    const now = deadlines.now();
    this.expiresAt = now + CONNECT_TIMEOUT_MS;
    this.#oldAt = now + OLDEST_MS * (1 + OLDEST_SPREAD * (2 * keeper.random() - 1));
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
    this.#unanswered = this.#isUsed && request.repeatable ? request : null;
    this.#isUsed = true;
    this.#reader.expect(this);
    const pieces = requestBytes(request, this.#keeper.target.authority);
    this.#socket.cork();
    if (pieces.length === 1 || request.lender === null) for (const piece of pieces) this.#socket.write(piece);
    else this.#writeLent(pieces, request.lender);
    flushLater(this);
    return this;
  }

  /** One piece alone would be a copy. Node calls back for each that was written, and for each that never will be. */
  #writeLent(pieces: readonly Buffer[], lender: Lender): void {
    for (const piece of pieces) {
      lender.lend();
      this.#socket.write(piece, () => lender.giveBack());
    }
  }

  flush(): void {
    this.#socket.uncork();
  }

  pause(): void {
    if (this.#deputy !== null) {
      this.#deputy.pause();
      return;
    }
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#deputy?.resume();
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
  }

  abort(): void {
    this.#sink = null;
    this.#deputy?.abort();
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
    const coding = codingOf(head);
    if (coding instanceof ProtocolError) this.#break(coding);
    else if (coding !== null && this.#sink !== null) this.#decode(coding, this.#sink);
    this.#sink?.head(head);
  }

  data(piece: Buffer): void {
    this.#sink?.data(piece);
  }

  /** Its end is known later than the connection's: no other request may share this handle. */
  #decode(coding: Coding, sink: ResponseSink): void {
    const decoder = new AnswerDecoder(coding, sink, this.#socket);
    this.#sink = decoder;
    this.#deputy = decoder;
    this.#persistent = false;
  }

  end(): void {
    const sink = this.#sink;
    if (sink === null) return;
    this.#sink = null;
    const now = this.#keeper.deadlines.now();
    if (this.#isReusable(now)) this.#rest(now);
    else this.#socket.destroy();
    sink.end();
  }

  #isReusable(now: number): boolean {
    if (!this.#persistent || this.#idleMs <= 0 || now >= this.#oldAt) return false;
    // A body that the backend answered before it had read it whole is still on its way.
    return this.#socket.writableLength === 0;
  }

  #rest(now: number): void {
    this.resume();
    const { deadlines } = this.#keeper;
    this.expiresAt = now + this.#idleMs;
    deadlines.add(this);
    this.#keeper.idle(this);
  }

  #read(size: number): boolean {
    this.#unanswered = null;
    const error = this.#reader.push(SHARED.subarray(0, size));
    if (error !== null) this.#break(error);
    noteStep();
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
    const request = this.#unanswered;
    this.#sink = null;
    this.#unanswered = null;
    if (sink === null) return;
    // Closed while the request was on its way: nobody's fault, and no attempt.
    if (request !== null && !(error instanceof ProtocolError))
      this.#deputy = this.#keeper.open().send(request, sink);
    else sink.fail(error);
  }
}

/** `timeout=5, max=100`: in seconds. */
function idleTime(hint: string): number {
  const seconds = /timeout=(\d+)/i.exec(hint)?.[1];
  return seconds === undefined ? IDLE_MS : Math.min(IDLE_MS, Number(seconds) * 1_000 - MARGIN_MS);
}
