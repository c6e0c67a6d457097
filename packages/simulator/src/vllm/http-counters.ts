/** One route, method and class of status, as vLLM's instrumentator counts them. */
export interface HttpCount {
  readonly handler: string;
  readonly method: string;
  /** "2xx" */
  readonly status: string;
  requests: number;
  seconds: number;
}

/** Requests to these are not counted. */
const UNCOUNTED: ReadonlySet<string> = new Set(["/metrics", "/health", "/load", "/ping", "/version"]);

export interface Answered {
  readonly handler: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}

/** What `http_requests_total` and its like show. */
export class HttpCounters {
  #counts = new Map<string, HttpCount>();

  get counts(): readonly HttpCount[] {
    return [...this.#counts.values()];
  }

  count({ handler, method, status, seconds }: Answered): void {
    if (UNCOUNTED.has(handler)) return;
    const statusClass = `${Math.floor(status / 100)}xx`;
    const key = `${handler} ${method} ${statusClass}`;
    const count = this.#counts.get(key) ?? { handler, method, status: statusClass, requests: 0, seconds: 0 };
    count.requests += 1;
    count.seconds += seconds;
    this.#counts.set(key, count);
  }

  clear(): void {
    this.#counts.clear();
  }
}
