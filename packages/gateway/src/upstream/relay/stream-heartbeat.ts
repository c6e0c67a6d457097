import type { ServerResponse } from "node:http";
import type { Endpoint } from "@rollcall/contract";
import type { GatewayError } from "../../errors/gateway-error.ts";
import { renderErrorEvent } from "../../errors/render.ts";
import type { Deadline, Deadlines } from "../deadlines.ts";
import { EventWriter } from "./event-writer.ts";

/** The stream of a request. */
export interface WaitingStream {
  readonly outgoing: ServerResponse;
  readonly requestId: string;
  /** Monotonic milliseconds at the request's head. */
  readonly startedAt: number;
  readonly endpoint: Endpoint;
}

export interface HeartbeatTerms {
  readonly everyMs: number;
  readonly deadlines: Deadlines;
  readonly isDraining: () => boolean;
}

/** A line by which server-sent events say nothing. */
const COMMENT = Buffer.from(": heartbeat\n\n");

/**
 * The comments of one stream between its request's head and its first event, for proxies in front that take silence for death.
 * The 200 goes out with the first of them: whatever fails from then on is told in the stream.
 */
export class StreamHeartbeat implements Deadline {
  expiresAt: number;
  place = -1;
  readonly #stream: WaitingStream;
  readonly #terms: HeartbeatTerms;
  #writer: EventWriter | null = null;

  constructor(stream: WaitingStream, terms: HeartbeatTerms) {
    this.#stream = stream;
    this.#terms = terms;
    this.expiresAt = stream.startedAt + terms.everyMs;
    terms.deadlines.add(this);
  }

  /** The app has a 200. */
  get begun(): boolean {
    return this.#writer !== null;
  }

  onExpired(): void {
    const { outgoing } = this.#stream;
    if (outgoing.destroyed) return;
    this.#writer ??= this.#begin();
    // An app that does not read needs no more of them.
    if (!outgoing.writableNeedDrain) this.#writer.write([COMMENT]);
    const { deadlines, everyMs } = this.#terms;
    this.expiresAt = deadlines.now() + everyMs;
    deadlines.add(this);
  }

  /** The first event is there, or the request is over. */
  stop(): void {
    this.#terms.deadlines.delete(this);
  }

  /** Ends the stream that it has begun with an error, unless it has ended. */
  fail(failure: GatewayError): void {
    const { endpoint, outgoing } = this.#stream;
    if (this.#writer === null || outgoing.writableEnded || outgoing.destroyed) return;
    const { dialect } = endpoint;
    const named = endpoint.response.events?.named === true;
    this.#writer.end([Buffer.from(renderErrorEvent(failure, { dialect, named }))]);
  }

  #begin(): EventWriter {
    const { outgoing, requestId } = this.#stream;
    const headers: Record<string, string> = {
      "content-type": "text/event-stream; charset=utf-8",
      "x-request-id": requestId,
    };
    if (this.#terms.isDraining()) headers["connection"] = "close";
    const writer = new EventWriter(outgoing);
    writer.begin(200, headers);
    return writer;
  }
}
