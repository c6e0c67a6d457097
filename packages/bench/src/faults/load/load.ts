import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { classify } from "../count/outcome.ts";
import type { Result } from "../count/tally.ts";
import type { Schedule } from "./schedule.ts";
import { send } from "./send.ts";

export interface LoadOptions {
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly model: string;
  readonly schedule: Schedule;
}

/** The path that everybody asks. */
export const CHAT = "/v1/chat/completions";

/** How long a client waits for the first byte, and then between two bytes. */
export const PATIENCE_MS = 6_000;
const SILENCE_MS = 4_000;

/** Far more than any row needs; a bound all the same. */
const MOST_REQUESTS = 20_000;
const MOST_CONNECTIONS = 1_000;

/**
 * Requests at a constant arrival rate, whether or not earlier ones have been answered; half of them are streams.
 * Each has a connection of its own: a kept-alive connection that the system closes would be blamed on the fault.
 */
export class Load {
  readonly results: Result[] = [];
  readonly #options: LoadOptions;
  readonly #pool: Pool;
  readonly #running = new Set<Promise<void>>();
  readonly #sending: Promise<void>;
  readonly #stopped = new AbortController();

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#pool = new Pool(options.url, {
      connections: MOST_CONNECTIONS,
      pipelining: 0,
      headersTimeout: PATIENCE_MS,
      bodyTimeout: SILENCE_MS,
      connectTimeout: PATIENCE_MS,
    });
    this.#sending = this.#keepSending();
  }

  /** Sends no more and waits for what is under way. */
  async stop(): Promise<readonly Result[]> {
    this.#stopped.abort();
    await this.#sending;
    await Promise.all(this.#running);
    await this.#pool.destroy();
    return this.results;
  }

  async #keepSending(): Promise<void> {
    const startedAt = performance.now();
    for (let index = 0; index < MOST_REQUESTS; index += 1) {
      const wait = startedAt + this.#options.schedule(index) - performance.now();
      if (wait > 0) await sleep(wait, undefined, { signal: this.#stopped.signal }).catch(() => {});
      if (this.#stopped.signal.aborted) return;
      const one = this.#send(isStream(index)).finally(() => this.#running.delete(one));
      this.#running.add(one);
    }
  }

  async #send(stream: boolean): Promise<void> {
    const { path, headers, model } = this.#options;
    const sentAt = Date.now();
    const sent = await send(this.#pool, { path, headers, model, stream });
    const { sign, reason } = sent;
    this.results.push({ sentAt, endedAt: Date.now(), stream, outcome: classify(sent), sign, reason });
  }
}

/** Half of them, in pairs: taken in turns, streams would all meet the same one of two replicas that are taken in turns. */
function isStream(index: number): boolean {
  return Math.floor(index / 2) % 2 === 0;
}
