import type { Clock } from "../src/clock.ts";

/** Time that passes when it is told to. */
export class FakeClock implements Clock {
  #now = 1_700_000_000_000;
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  /** How long each sleep was to be. */
  readonly slept: number[] = [];

  now(): number {
    return this.#now;
  }

  get sleepers(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(ms);
    return new Promise((resolve) => {
      const sleeper = {
        until: this.#now + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", sleeper.wake, { once: true });
    });
  }

  /** Wakes whoever has slept long enough, and lets them run until they sleep again. */
  async pass(ms: number): Promise<void> {
    this.#now += ms;
    for (const sleeper of this.#sleepers) if (sleeper.until <= this.#now) sleeper.wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
