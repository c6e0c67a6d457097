import type { RequestLog } from "@rollcall/simulator";
import { CHAT } from "./load/load.ts";

const LOOK_MS = 100;

/** When inference requests reached one simulator. Looks often, since the simulator keeps only its last 1,000 requests. */
export class ArrivalLog {
  readonly #seen: RequestLog;
  readonly #timer: NodeJS.Timeout;
  readonly #arrivals: number[] = [];

  constructor(seen: RequestLog) {
    this.#seen = seen;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  get arrivals(): readonly number[] {
    this.#look();
    return this.#arrivals;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const fresh = this.#seen.count(CHAT) - this.#arrivals.length;
    if (fresh <= 0) return;
    const kept = this.#seen.requests.filter(({ path }) => path === CHAT);
    this.#arrivals.push(...kept.slice(-fresh).map(({ at }) => at));
  }
}
