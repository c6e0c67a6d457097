import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import type { Clock } from "./clock.ts";
import { BEAT_MS } from "./http-writer.ts";
import { Silence } from "./silence.ts";

/** The beats of a prober that lives and has a moment: three of them missing is silence. */
export const SILENCE_MS = 3 * BEAT_MS;

export interface ConnectionOptions {
  readonly clock: Clock;
  /** The master key, or null where there is none. */
  readonly key: string | null;
  /** Ends it from outside. */
  readonly closing: AbortSignal;
}

/** One GET on a connection of its own, with a bound on how long nothing may be heard. Redirects are not followed. */
export class HttpConnection {
  readonly #url: URL;
  readonly #key: string | null;
  readonly #silent = new AbortController();
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  readonly #silence: Silence;
  answered = false;

  constructor(url: URL, { clock, key, closing }: ConnectionOptions) {
    this.#url = url;
    this.#key = key;
    this.#signal = AbortSignal.any([closing, this.#silent.signal, this.#end.signal]);
    this.#silence = new Silence(clock, SILENCE_MS, () => this.#silent.abort());
  }

  get wasSilent(): boolean {
    return this.#silent.signal.aborted;
  }

  /** Rejects where there is no answer. */
  get(headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const request = this.#url.protocol === "https:" ? requestHttps : requestHttp;
    const permission = this.#key === null ? {} : { authorization: `Bearer ${this.#key}` };
    const options = { headers: { ...headers, ...permission }, signal: this.#signal, agent: false } as const;
    return new Promise((resolve, reject) => {
      request(this.#url, options, (response) => {
        this.answered = true;
        this.#silence.heard();
        resolve(response);
      })
        .on("error", reject)
        .end();
    });
  }

  /** The body, piece by piece as it comes. Throws where it breaks off. */
  async *read(response: IncomingMessage): AsyncGenerator<string> {
    for await (const piece of response.setEncoding("utf8")) {
      this.#silence.heard();
      yield piece as string;
    }
  }

  /** Lets go of it, whatever it is at. */
  end(): void {
    this.#silence.end();
    this.#end.abort();
  }
}
