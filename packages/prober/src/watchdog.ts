/**
 * Liveness watchdog: alive while newer evidence keeps coming. Kept outside the probe loops so that one bug cannot stop
 * both.
 */
export class Watchdog {
  readonly #newest: () => number | null;
  readonly #patienceMs: () => number;
  #seen: number | null = null;
  #changedAt = Number.NEGATIVE_INFINITY;

  /** `newest`: when the newest evidence was gathered, null where nothing is to be asked. `patienceMs`: how long without any. */
  constructor(newest: () => number | null, patienceMs: () => number) {
    this.#newest = newest;
    this.#patienceMs = patienceMs;
  }

  /** To be asked again and again. `now` is in milliseconds of a clock that nobody sets; the evidence's own may be set. */
  isAlive(now: number): boolean {
    const newest = this.#newest();
    if (newest === null || newest !== this.#seen || this.#changedAt === Number.NEGATIVE_INFINITY) {
      this.#seen = newest;
      this.#changedAt = now;
    }
    return now - this.#changedAt <= this.#patienceMs();
  }
}
