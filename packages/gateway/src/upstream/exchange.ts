import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { TimeoutPhase } from "../errors/gateway-error.ts";
import { BodyRelay } from "./body-relay.ts";
import { classifyAnswer, classifyFirstEvent, type Names } from "./classify-answer.ts";
import { classifyConnection } from "./classify.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { UpstreamFailure } from "./failure.ts";
import { addReturned } from "./headers.ts";
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

/** One attempt on one backend: undici's callbacks on one side, the app's socket on the other, nothing in between. */
export class Exchange implements Dispatcher.DispatchHandler, Deadline {
  readonly ending: Promise<Ending>;
  expiresAt: number;
  place = -1;
  readonly #options: ExchangeOptions;
  readonly #resolve: (ending: Ending) => void;
  readonly #reject: (failure: UpstreamFailure) => void;
  #controller: Dispatcher.DispatchController | null = null;
  #relay: Relay | null = null;
  #over = false;
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

  /** The app left: the backend's work is cancelled. */
  abandon(): void {
    if (this.#over) return;
    this.#end("gone");
    this.#controller?.abort(new Error("the client left"));
  }

  onExpired(): void {
    if (this.#over) return;
    const total = this.#options.deadlines.now() >= this.#options.times.totalAt;
    if (this.#relay?.committed === true) {
      const phase = total ? "total" : "idle";
      this.#options.onTimeout(phase);
      this.#relay.cut(phase);
      this.#end("cut");
    } else {
      const timeout = total ? "total" : "first_token";
      this.#fail(new UpstreamFailure({ reason: "timeout", retryable: true, timeout }));
    }
    this.#controller?.abort(new Error("time is over"));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) controller.abort(new Error("nobody waits for this any more"));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    received: IncomingHttpHeaders,
  ): void {
    this.#status = status;
    if (status < 200 || status > 299) {
      this.#retryAfter = typeof received["retry-after"] === "string" ? received["retry-after"] : null;
      return;
    }
    const { down } = this.#options;
    down.status = status;
    addReturned(received, down.headers);
    const isStream = down.headers["content-type"]?.startsWith("text/event-stream") === true;
    this.#relay = isStream ? new StreamRelay(down, (event) => this.#inspect(event)) : new BodyRelay(down);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return;
    if (this.#relay === null) {
      this.#takeError(controller, chunk);
      return;
    }
    const { deadlines, down, stream, times } = this.#options;
    const flows = this.#relay.data(chunk);
    if (stream && this.#relay.committed)
      this.expiresAt = Math.min(deadlines.now() + times.idleMs, times.totalAt);
    if (flows) return;
    // While the app does not read, the backend's silence is ours.
    controller.pause();
    this.expiresAt = times.totalAt;
    down.outgoing.once("drain", () => {
      if (stream) this.expiresAt = Math.min(deadlines.now() + times.idleMs, times.totalAt);
      controller.resume();
    });
  }

  onResponseEnd(): void {
    if (this.#over) return;
    if (this.#relay === null) {
      this.#failWithAnswer();
      return;
    }
    try {
      this.#relay.end();
      this.#end("done");
    } catch (fault) {
      this.#break(fault);
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, fault: Error): void {
    if (!this.#over) this.#break(fault);
  }

  /** It went wrong in the middle: told in the stream after the first byte, thrown before it. */
  #break(fault: unknown): void {
    if (this.#relay?.committed === true) {
      this.#relay.cut(fault instanceof UpstreamFailure ? "abort" : "cut");
      this.#end("cut");
      return;
    }
    this.#fail(fault instanceof UpstreamFailure ? fault : classifyConnection(fault as Error));
  }

  #takeError(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#errorBody.push(chunk);
    this.#errorSize += chunk.length;
    if (this.#errorSize < MAX_ERROR_BYTES) return;
    this.#failWithAnswer();
    controller.abort(new Error("the error page has no end"));
  }

  #failWithAnswer(): void {
    const body = Buffer.concat(this.#errorBody).toString("utf8");
    this.#fail(
      classifyAnswer({ status: this.#status, body, retryAfter: this.#retryAfter }, this.#options.names),
    );
  }

  #end(ending: Ending): void {
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
