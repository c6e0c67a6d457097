import type { TimeoutPhase } from "../errors/gateway-error.ts";
import { BodyRelay } from "./body-relay.ts";
import { classifyAnswer, classifyFirstEvent, type Names } from "./classify-answer.ts";
import { classifyConnection } from "./classify.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { UpstreamFailure } from "./failure.ts";
import { addReturned } from "./headers.ts";
import { headerOf, type AnswerHead } from "./http1/answer-head.ts";
import type { AnswerSink, Sending } from "./http1/connection.ts";
import type { Downstream, Relay } from "./relay.ts";
import { StreamRelay } from "./stream-relay.ts";

/** How an attempt ended. A failure is thrown instead, and only where the app has had no byte. */
export type Ending =
  | "done"
  /** The backend broke off after the first byte; the app was told. */
  | "cut"
  /** The app left: nobody's fault. */
  | "gone";

/** An error page is read so far, to be understood. */
const MAX_ERROR_BYTES = 64 * 1024;

/** Times in milliseconds; the total as the moment when it is over. */
export interface ExchangeTimes {
  readonly firstTokenMs: number;
  readonly idleMs: number;
  readonly totalAt: number;
}

export interface ExchangeOptions {
  readonly names: Names;
  readonly stream: boolean;
  /** The app's side, with the headers of ours; status and headers of the answer are added once they are known. */
  readonly down: Downstream;
  readonly deadlines: Deadlines;
  readonly times: ExchangeTimes;
  /** A time ran out after the first byte; where one does before it, the failure says so. */
  readonly onTimeout: (phase: TimeoutPhase) => void;
}

/** One attempt on one backend: its answer on one side, the app's socket on the other, nothing in between. */
export class Exchange implements AnswerSink, Deadline {
  readonly ending: Promise<Ending>;
  expiresAt: number;
  place = -1;
  readonly #options: ExchangeOptions;
  readonly #resolve: (ending: Ending) => void;
  readonly #reject: (failure: UpstreamFailure) => void;
  #sending: Sending | null = null;
  #relay: Relay | null = null;
  #over = false;
  #waits = false;
  #status = 0;
  #retryAfter: string | null = null;
  #errorBody: Buffer[] = [];
  #errorSize = 0;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    const { promise, resolve, reject } = Promise.withResolvers<Ending>();
    this.ending = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    const { deadlines, stream, times } = options;
    // Without a stream the first byte is the whole answer, so only the total counts.
    this.expiresAt = stream ? Math.min(deadlines.now() + times.firstTokenMs, times.totalAt) : times.totalAt;
    deadlines.add(this);
  }

  /** The request is on its way. */
  begin(sending: Sending): void {
    this.#sending = sending;
  }

  /** The app left: the backend's work is cancelled. */
  abandon(): void {
    if (this.#over) return;
    this.#finish("gone");
    this.#sending?.abort();
  }

  onExpired(): void {
    if (this.#over) return;
    const total = this.#options.deadlines.now() >= this.#options.times.totalAt;
    if (this.#relay?.committed === true) {
      const phase = total ? "total" : "idle";
      this.#options.onTimeout(phase);
      this.#relay.cut(phase);
      this.#finish("cut");
    } else {
      const timeout = total ? "total" : "first_token";
      this.#fail(new UpstreamFailure({ reason: "timeout", retryable: true, timeout }));
    }
    this.#sending?.abort();
  }

  head(head: AnswerHead): void {
    const { status } = head;
    this.#status = status;
    if (status > 299) {
      this.#retryAfter = headerOf(head, "retry-after") ?? null;
      return;
    }
    const { down } = this.#options;
    down.status = status;
    addReturned(head, down.headers);
    const isStream = down.headers["content-type"]?.startsWith("text/event-stream") === true;
    this.#relay = isStream ? new StreamRelay(down, (event) => this.#inspect(event)) : new BodyRelay(down);
  }

  data(piece: Buffer): void {
    if (this.#over) return;
    if (this.#relay === null) {
      this.#takeError(piece);
      return;
    }
    const flows = this.#relay.data(piece);
    if (flows) this.#goOn();
    else if (!this.#waits) this.#wait(this.#relay);
  }

  end(): void {
    if (this.#over) return;
    if (this.#relay === null) {
      this.#failWithAnswer();
      return;
    }
    try {
      this.#relay.end();
      this.#finish("done");
    } catch (fault) {
      this.#break(fault);
    }
  }

  fail(fault: Error): void {
    if (!this.#over) this.#break(fault);
  }

  /** Of a stream the next event is awaited. */
  #goOn(): void {
    const { deadlines, stream, times } = this.#options;
    if (!stream || this.#waits || this.#relay?.committed !== true) return;
    this.expiresAt = Math.min(deadlines.now() + times.idleMs, times.totalAt);
  }

  /** While the app does not read, the backend's silence is ours. */
  #wait(relay: Relay): void {
    this.#waits = true;
    this.#sending?.pause();
    this.expiresAt = this.#options.times.totalAt;
    relay.onceDrained(() => {
      // By then the connection may have been given to another request.
      if (this.#over) return;
      this.#waits = false;
      this.#goOn();
      this.#sending?.resume();
    });
  }

  /** It went wrong in the middle: told in the stream after the first byte, thrown before it. */
  #break(fault: unknown): void {
    if (this.#relay?.committed === true) {
      this.#relay.cut(fault instanceof UpstreamFailure ? "abort" : "cut");
      this.#finish("cut");
      return;
    }
    this.#fail(fault instanceof UpstreamFailure ? fault : classifyConnection(fault as Error));
  }

  #takeError(piece: Buffer): void {
    this.#errorBody.push(piece);
    this.#errorSize += piece.length;
    if (this.#errorSize < MAX_ERROR_BYTES) return;
    this.#failWithAnswer();
    this.#sending?.abort();
  }

  #failWithAnswer(): void {
    const body = Buffer.concat(this.#errorBody).toString("utf8");
    this.#fail(
      classifyAnswer({ status: this.#status, body, retryAfter: this.#retryAfter }, this.#options.names),
    );
  }

  #finish(ending: Ending): void {
    this.#over = true;
    this.#options.deadlines.delete(this);
    this.#resolve(ending);
  }

  #fail(failure: UpstreamFailure): void {
    this.#over = true;
    this.#options.deadlines.delete(this);
    this.#reject(failure);
  }

  #inspect(event: Buffer): void {
    const failure = classifyFirstEvent(event, this.#options.names);
    if (failure !== null) throw failure;
  }
}
