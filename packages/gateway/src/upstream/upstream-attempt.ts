import type { CutCause, TimeoutPhase } from "../errors/gateway-error.ts";
import type { AttemptOutcome } from "./attempt-outcome.ts";
import type { Names } from "./backend-words.ts";
import { classifyAnswer, classifyErrorText } from "./classify-answer.ts";
import { classifyConnection } from "./classify-connection.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { ErrorCollector } from "./error-collector.ts";
import { addReturned } from "./headers.ts";
import type { ConnectionFailure, ResponseSink, Sending } from "./http1/sending.ts";
import type { ProtocolError } from "./http1/protocol-error.ts";
import type { ResponseHead } from "./http1/response-head.ts";
import type { DeploymentHealth } from "../health/deployment-health.ts";
import type { Candidate } from "../routing/candidate.ts";
import type { AttemptTimes } from "./silence.ts";
import { openRelay } from "./relay/open-relay.ts";
import { endedEarly, type Downstream, type Relay } from "./relay/relay.ts";
import { UpstreamError } from "./upstream-error.ts";

/** Milliseconds; the total as the monotonic moment when it is over. */
export interface AttemptTimeouts {
  readonly firstTokenMs: number;
  readonly idleMs: number;
  readonly totalAt: number;
}

export interface AttemptOptions {
  readonly candidate: Candidate;
  /** Monotonic milliseconds. */
  readonly sentAt: number;
  readonly names: Names;
  readonly stream: boolean;
  readonly down: Downstream;
  readonly deadlines: Deadlines;
  readonly timeouts: AttemptTimeouts;
}

/** Behind the last byte of an answer the backend has so long to end it: the connection can then be used again. */
const LAST_CHUNK_MS = 1_000;

const COMPLETE: AttemptOutcome = { kind: "complete" };
const ABANDONED: AttemptOutcome = { kind: "abandoned" };

/** One upstream attempt: reads the backend's answer and relays it to the app. */
export class UpstreamAttempt implements ResponseSink, Deadline, AttemptTimes {
  expiresAt: number;
  place = -1;
  heardAt = Number.NEGATIVE_INFINITY;
  awaitedSince: number;
  readonly #options: AttemptOptions;
  #sending: Sending | null = null;
  #relay: Relay | null = null;
  #errorAnswer: ErrorCollector | null = null;
  #ended = false;

  constructor(options: AttemptOptions) {
    this.#options = options;
    const { deadlines, sentAt, stream, timeouts } = options;
    this.awaitedSince = sentAt;
    // Without a stream the first byte is the whole answer, so only the total counts.
    this.expiresAt = stream ? Math.min(sentAt + timeouts.firstTokenMs, timeouts.totalAt) : timeouts.totalAt;
    deadlines.add(this);
  }

  get isOpen(): boolean {
    return !this.#ended;
  }

  get isStream(): boolean {
    return this.#options.stream;
  }

  get health(): DeploymentHealth {
    return this.#options.candidate.health;
  }

  /** Where it was sent: `http://host:8000`. */
  get origin(): string {
    return this.#options.candidate.deployment.backend.base.origin;
  }

  /** Since when the port that it was sent to refuses connections, monotonic; null where it does not. */
  get refusedAt(): number | null {
    const { deployment, health } = this.#options.candidate;
    // A verdict on another address, name or key says nothing about this one.
    return health.refusal?.check === deployment.check ? health.refusal.at : null;
  }

  /** The request is on its way. */
  begin(sending: Sending): void {
    this.#sending = sending;
  }

  /** The app left: the backend's work is cancelled. */
  cancel(): void {
    if (this.#ended) return;
    this.#end(ABANDONED);
    this.#sending?.abort();
  }

  /** The key that asked opens nothing any more: told in the stream, and the backend's work is cancelled. */
  revoke(): void {
    if (this.#ended) return;
    if (this.#relay?.committed === true) this.#relay.cut("revoked");
    this.cancel();
  }

  /** Its server is gone, though its connection stays: told after the first byte, and tried elsewhere before it. */
  giveUp(): void {
    if (this.#ended) return;
    const words = "It no longer listens, and fell silent.";
    this.#break(new UpstreamError("down", { words, isGivenUp: true }), "cut");
    this.#sending?.abort();
  }

  onExpired(): void {
    if (this.#ended) {
      this.#sending?.abort();
      return;
    }
    const isTotal = this.#options.deadlines.now() >= this.#options.timeouts.totalAt;
    if (this.#relay?.committed === true) {
      this.#cut(isTotal ? "total" : "idle");
    } else {
      const timeout: TimeoutPhase = isTotal ? "total" : "first_token";
      this.#fail(new UpstreamError("timeout", { timeout }));
    }
    this.#sending?.abort();
  }

  head(head: ResponseHead): void {
    if (this.#options.stream) this.heardAt = this.#options.deadlines.now();
    try {
      this.#takeHead(head);
    } catch (error) {
      this.crash(error);
    }
  }

  data(piece: Buffer): void {
    if (this.#ended) return;
    const { deadlines, down } = this.#options;
    const now = deadlines.now();
    down.gaps?.record((now - this.heardAt) / 1_000);
    this.heardAt = now;
    try {
      if (this.#relay === null) this.#takeError(piece);
      else this.#relayPiece(this.#relay, piece);
    } catch (error) {
      this.crash(error);
    }
  }

  end(): void {
    if (this.#ended) {
      this.#options.deadlines.delete(this);
      return;
    }
    try {
      if (this.#relay === null) this.#failWithAnswer();
      else this.#endRelay(this.#relay);
    } catch (error) {
      this.crash(error);
    }
  }

  fail(error: ConnectionFailure | ProtocolError): void {
    if (this.#ended) {
      this.#options.deadlines.delete(this);
      return;
    }
    try {
      const failure = classifyConnection(error);
      this.#break(this.#hasBegun && failure.reason === "down" ? endedEarly() : failure, "cut");
    } catch (bug) {
      this.crash(bug);
    }
  }

  #takeHead(head: ResponseHead): void {
    const { status } = head;
    if (status > 299) {
      this.#errorAnswer = new ErrorCollector(head);
      return;
    }
    const { down, names, stream } = this.#options;
    down.status = status;
    addReturned(head, down.headers);
    const readError = (text: string) => classifyErrorText(text, names);
    this.#relay = openRelay(down, { stream, readError });
  }

  #relayPiece(relay: Relay, piece: Buffer): void {
    const result = relay.data(piece);
    if (result === "flow") {
      this.#renewIdle(this.heardAt);
    } else if (result === "pause") {
      if (!this.#isPaused) this.#pause(relay);
    } else if (result === "done") {
      this.#endRelay(relay);
      this.#awaitEnd();
    } else if (result !== "silence") {
      this.#breakOff(result);
      this.#sending?.abort();
    }
  }

  #endRelay(relay: Relay): void {
    const error = relay.end();
    if (error === null) this.#end(COMPLETE);
    else this.#breakOff(error);
  }

  /** The app has its answer; the backend may still have to end it, or never does. */
  #awaitEnd(): void {
    const { deadlines } = this.#options;
    if (this.#isPaused) this.#sending?.resume();
    this.expiresAt = deadlines.now() + LAST_CHUNK_MS;
    deadlines.add(this);
  }

  /** The relay cannot go on: the bytes make no answer, or the backend gave the request up. */
  #breakOff(error: UpstreamError): void {
    this.#break(error, error.reason === "proxy_error" || error.isCut ? "cut" : "abort");
  }

  /** Of a stream the next event is awaited. */
  #renewIdle(now: number): void {
    const { stream, timeouts } = this.#options;
    if (!stream || this.#isPaused || this.#relay?.committed !== true) return;
    this.expiresAt = Math.min(now + timeouts.idleMs, timeouts.totalAt);
  }

  /** The head of an answer was there, so its server was too. */
  get #hasBegun(): boolean {
    return this.#relay !== null || this.#errorAnswer !== null;
  }

  get #isPaused(): boolean {
    return this.awaitedSince === Number.POSITIVE_INFINITY;
  }

  /** While the app does not read, the backend's silence is ours. */
  #pause(relay: Relay): void {
    this.awaitedSince = Number.POSITIVE_INFINITY;
    this.#sending?.pause();
    this.expiresAt = this.#options.timeouts.totalAt;
    relay.onceDrained(() => {
      // By then the connection may have been given to another request.
      if (this.#ended) return;
      this.awaitedSince = this.#options.deadlines.now();
      this.#renewIdle(this.awaitedSince);
      this.#sending?.resume();
    });
  }

  /** It went wrong in the middle: told in the stream after the first byte, an error before it. */
  #break(error: UpstreamError, cause: CutCause): void {
    if (this.#relay?.committed === true) this.#cut(cause);
    else this.#fail(error);
  }

  #takeError(piece: Buffer): void {
    if (this.#errorAnswer?.add(piece) !== true) return;
    this.#failWithAnswer();
    this.#sending?.abort();
  }

  #failWithAnswer(): void {
    const answer = this.#errorAnswer?.read() ?? { status: 0, body: "", retryAfter: null };
    this.#fail(classifyAnswer(answer, this.#options.names));
  }

  #cut(cause: CutCause): void {
    this.#relay?.cut(cause);
    this.#end({ kind: "cut", cause });
  }

  #fail(error: UpstreamError): void {
    this.#end({ kind: "failed", error });
  }

  /** What threw is the gateway's own doing: no exception goes on into the parser, and no deployment is blamed. */
  crash(error: unknown): void {
    if (this.#ended) throw error;
    if (this.#relay?.committed === true) this.#relay.cut("internal");
    this.#end({ kind: "bug", error });
    this.#sending?.abort();
  }

  #end(outcome: AttemptOutcome): void {
    this.#ended = true;
    this.health.heard(this.heardAt);
    this.#options.deadlines.delete(this);
    this.#options.down.ended(outcome, this.heardAt);
  }
}
