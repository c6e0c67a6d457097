import type { Clock } from "@rollcall/runtime";

/** Time that passes only when it is told to. Nobody waits. */
export class FakeClock implements Clock {
  #now: number;

  constructor(now = 1_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number): Promise<void> {
    this.#now += ms;
  }

  pass(ms: number): void {
    this.#now += ms;
  }
}
