import type { Clock } from "@rollcall/contract";

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export interface FakeClockOptions {
  /** Wall time at the start, in epoch milliseconds. */
  readonly now?: number;
  /** A sleep moves the time by its length and returns: for code whose waits are not the test's subject. */
  readonly sleepsPass?: boolean;
}

/** Time that moves only when it is told to. The two clocks start far apart, so that a mix-up of them shows. */
export class FakeClock implements Clock {
  #wall: number;
  #monotonic = 50_000;
  readonly #sleepsPass: boolean;
  readonly #sleepers = new Set<Sleeper>();
  /** How long each sleep was to be. */
  readonly slept: number[] = [];

  constructor({ now = 1_700_000_000_000, sleepsPass = false }: FakeClockOptions = {}) {
    this.#wall = now;
    this.#sleepsPass = sleepsPass;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** Sleeps that have not ended. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(ms);
    if (this.#sleepsPass) this.jump(ms);
    if (this.#sleepsPass || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        at: this.#monotonic + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", sleeper.wake, { once: true });
    });
  }

  /** Both clocks move at once; whoever has slept long enough wakes. */
  jump(ms: number): void {
    this.#wall += ms;
    this.#monotonic += ms;
    for (const sleeper of this.#sleepers) if (sleeper.at <= this.#monotonic) sleeper.wake();
  }

  /** Both clocks move; whatever falls due on the way happens in its order, each to its end. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await settle();
    for (;;) {
      const next = Math.min(...[...this.#sleepers].map(({ at }) => at));
      if (next > end) break;
      // Timers of one moment are served in one turn of the event loop.
      this.jump(Math.max(0, next - this.#monotonic));
      await settle();
    }
    this.jump(end - this.#monotonic);
  }

  /** The wall clock alone is set, as NTP or a resumed machine does. */
  step(ms: number): void {
    this.#wall += ms;
  }
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
