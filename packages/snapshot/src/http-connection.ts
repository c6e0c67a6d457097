import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import type { Clock } from "@rollcall/contract";
import { HEARTBEAT_MS } from "./event-stream.ts";
import { IdleTimer } from "./idle-timer.ts";

/** A writer that lives and has a moment sends heartbeats: when three of them are missing it is taken for dead. */
export const IDLE_TIMEOUT_MS = 3 * HEARTBEAT_MS;

export interface ConnectionOptions {
  readonly clock: Clock;
  /** Sent as a Bearer token; null sends none. */
  readonly token: string | null;
  /** Path of the unix socket to connect to, whatever host the URL names; null: the URL's own host. */
  readonly socketPath: string | null;
  /** Ends it from outside. */
  readonly closing: AbortSignal;
}

/** One GET on a connection of its own, with a bound on how long nothing may come. Redirects are not followed. */
export class HttpConnection {
  readonly #url: URL;
  readonly #token: string | null;
  readonly #place: { readonly socketPath?: string };
  readonly #timeout = new AbortController();
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  readonly #idle: IdleTimer;
  isAnswered = false;

  constructor(url: URL, { clock, token, socketPath, closing }: ConnectionOptions) {
    this.#url = url;
    this.#place = socketPath === null ? {} : { socketPath };
    this.#token = token;
    this.#signal = AbortSignal.any([closing, this.#timeout.signal, this.#end.signal]);
    this.#idle = new IdleTimer(clock, IDLE_TIMEOUT_MS, () => this.#timeout.abort());
  }

  get isTimedOut(): boolean {
    return this.#timeout.signal.aborted;
  }

  /** Rejects where there is no answer. */
  get(headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const request = this.#url.protocol === "https:" ? requestHttps : requestHttp;
    const permission = this.#token === null ? {} : { authorization: `Bearer ${this.#token}` };
    const options = {
      ...this.#place,
      headers: { ...headers, ...permission },
      signal: this.#signal,
      agent: false,
    } as const;
    return new Promise((resolve, reject) => {
      request(this.#url, options, (response) => {
        this.isAnswered = true;
        this.#idle.reset();
        resolve(response);
      })
        .on("error", reject)
        .end();
    });
  }

  /** The body, piece by piece as it comes. Throws where it breaks off. */
  async *read(response: IncomingMessage): AsyncGenerator<string> {
    for await (const piece of response.setEncoding("utf8")) {
      this.#idle.reset();
      yield piece as string;
    }
  }

  /** Lets go of it, whatever it is at. */
  end(): void {
    this.#idle.stop();
    this.#end.abort();
  }
}
