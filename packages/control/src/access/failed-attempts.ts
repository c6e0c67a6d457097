import type { Clock } from "@rollcall/contract";

/** So many wrong keys an address may send a minute; whoever mistypes his needs fewer. */
const MOST_FAILURES = 20;
const WINDOW_MS = 60_000;

/** Addresses that are told apart: a flood of them must not fill the memory. */
const MOST_ADDRESSES = 10_000;

interface Failures {
  count: number;
  /** Monotonic. */
  readonly until: number;
}

/** Wrong keys by the address that they came from. */
export class FailedAttempts {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** Seconds for which this address has to wait; 0: none. */
  waitSeconds(address: string): number {
    const failures = this.#failures.get(address);
    if (failures === undefined || failures.count < MOST_FAILURES) return 0;
    return Math.max(0, Math.ceil((failures.until - this.#clock.monotonic()) / 1_000));
  }

  add(address: string): void {
    const now = this.#clock.monotonic();
    const known = this.#failures.get(address);
    if (known !== undefined && known.until > now) {
      known.count += 1;
      return;
    }
    // The oldest one goes, so that the newest always counts.
    this.#failures.delete(address);
    if (this.#failures.size >= MOST_ADDRESSES) {
      const [oldest] = this.#failures.keys();
      if (oldest !== undefined) this.#failures.delete(oldest);
    }
    this.#failures.set(address, { count: 1, until: now + WINDOW_MS });
  }

  get size(): number {
    return this.#failures.size;
  }
}
