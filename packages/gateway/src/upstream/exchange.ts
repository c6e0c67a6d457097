import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { BodyRelay } from "./body-relay.ts";
import { classifyAnswer, classifyFirstEvent, type Names } from "./classify-answer.ts";
import { classifyConnection } from "./classify.ts";
import { UpstreamFailure } from "./failure.ts";
import { returnedHeaders } from "./headers.ts";
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

export interface ExchangeOptions {
  readonly names: Names;
  /** Everything of the app's side but what the answer itself decides. */
  readonly down: Omit<Downstream, "status" | "headers" | "alias">;
  /** Headers of ours, for every answer. */
  readonly ownHeaders: Readonly<Record<string, string>>;
}

/** One attempt on one backend: undici's callbacks on one side, the app's socket on the other, nothing in between. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly ending: Promise<Ending>;
  readonly #options: ExchangeOptions;
  readonly #resolve: (ending: Ending) => void;
  readonly #reject: (failure: UpstreamFailure) => void;
  #controller: Dispatcher.DispatchController | null = null;
  #relay: Relay | null = null;
  #gone = false;
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
  }

  /** The app left: the backend's work is cancelled. */
  abandon(): void {
    this.#gone = true;
    this.#resolve("gone");
    this.#controller?.abort(new Error("the client left"));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#gone) controller.abort(new Error("the client left"));
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
    const { names, down, ownHeaders } = this.#options;
    const headers = Object.assign(returnedHeaders(received), ownHeaders);
    const side: Downstream = { ...down, status, headers, alias: names.alias };
    const isStream = headers["content-type"]?.startsWith("text/event-stream") === true;
    this.#relay = isStream ? new StreamRelay(side, (event) => this.#inspect(event)) : new BodyRelay(side);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#gone) return;
    if (this.#relay === null) {
      this.#errorBody.push(chunk);
      this.#errorSize += chunk.length;
      if (this.#errorSize < MAX_ERROR_BYTES) return;
      this.#rejectAnswer();
      controller.abort(new Error("the error page has no end"));
      return;
    }
    if (this.#relay.data(chunk)) return;
    controller.pause();
    this.#options.down.outgoing.once("drain", () => controller.resume());
  }

  onResponseEnd(): void {
    if (this.#gone) return;
    if (this.#relay === null) {
      this.#rejectAnswer();
      return;
    }
    this.#relay.end();
    this.#resolve("done");
  }

  onResponseError(_controller: Dispatcher.DispatchController, fault: Error): void {
    if (this.#gone) return;
    if (this.#relay?.committed === true) {
      this.#relay.cut();
      this.#resolve("cut");
      return;
    }
    this.#reject(fault instanceof UpstreamFailure ? fault : classifyConnection(fault));
  }

  #rejectAnswer(): void {
    const body = Buffer.concat(this.#errorBody).toString("utf8");
    this.#reject(
      classifyAnswer({ status: this.#status, body, retryAfter: this.#retryAfter }, this.#options.names),
    );
  }

  #inspect(event: Buffer): void {
    const failure = classifyFirstEvent(event, this.#options.names);
    if (failure !== null) throw failure;
  }
}
