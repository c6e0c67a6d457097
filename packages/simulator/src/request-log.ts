import type { IncomingHttpHeaders } from "node:http";

/** One request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Wall clock in milliseconds. */
  readonly at: number;
  /** The bearer token. */
  readonly apiKey?: string;
  /** Known once the body was read; absent when something answered before that. */
  model?: string;
  /** Parsed JSON, when it was read and is not longer than 64 KiB. */
  body?: unknown;
}

/** `cut` = the server itself destroyed the connection. */
export type RequestEnd = "completed" | "cancelled" | "cut";

const KEPT = 1000;

/** What the server received: counters for ever, the last 1,000 requests in full. */
export class RequestLog {
  /** Requests whose answer has not ended. */
  inFlight = 0;
  /** Answers that went out whole. */
  completed = 0;
  /** Clients that left before the end of the answer. */
  cancelled = 0;
  /** Tokens of answers that went out whole, to requests that a gateway gave an id: a prober's own questions are not in it. */
  readonly tokens = { input: 0, output: 0 };
  #requests: SeenRequest[] = [];
  #onIdle: (() => void)[] = [];
  #counts = new Map<string, number>();

  /** The last 1,000, oldest first. */
  get requests(): readonly SeenRequest[] {
    return this.#requests;
  }

  /** How many requests came in on this path, or in all. */
  count(path?: string): number {
    if (path !== undefined) return this.#counts.get(path) ?? 0;
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  /** The newest request on this path, or on any. */
  last(path?: string): SeenRequest | undefined {
    return this.#requests.findLast((request) => path === undefined || request.path === path);
  }

  /** Forgets what came in. Requests still in flight keep being counted as such. */
  clear(): void {
    this.completed = 0;
    this.cancelled = 0;
    this.tokens.input = 0;
    this.tokens.output = 0;
    this.#requests = [];
    this.#counts.clear();
  }

  began(request: SeenRequest): void {
    this.inFlight += 1;
    this.#counts.set(request.path, (this.#counts.get(request.path) ?? 0) + 1);
    this.#requests.push(request);
    if (this.#requests.length > KEPT) this.#requests.shift();
  }

  /** An answer that used so many tokens went out whole. */
  used({ input, output }: RequestLog["tokens"]): void {
    this.tokens.input += input;
    this.tokens.output += output;
  }

  /** Resolves once no request is in flight. */
  whenIdle(): Promise<void> {
    if (this.inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
    });
  }

  ended(end: RequestEnd): void {
    this.inFlight -= 1;
    if (this.inFlight === 0) for (const idle of this.#onIdle.splice(0)) idle();
    if (end === "completed") this.completed += 1;
    if (end === "cancelled") this.cancelled += 1;
  }
}
