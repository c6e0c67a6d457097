import type { Clock } from "@rollcall/contract";

/** Fires once nothing was received for between one and two periods. Counts periods, so that each chunk costs an assignment. */
export class IdleTimer {
  readonly #stopped = new AbortController();
  #isActive = true;

  constructor(clock: Clock, periodMs: number, onIdle: () => void) {
    void this.#watch(clock, periodMs).then((isIdle) => isIdle && onIdle());
  }

  reset(): void {
    this.#isActive = true;
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #watch(clock: Clock, periodMs: number): Promise<boolean> {
    while (this.#isActive) {
      this.#isActive = false;
      await clock.sleep(periodMs, this.#stopped.signal);
      if (this.#stopped.signal.aborted) return false;
    }
    return true;
  }
}
