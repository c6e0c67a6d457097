import type { Clock } from "./clock.ts";

/**
 * Notices when nothing was heard for between one and two periods. Counts periods, so that a clock that is set neither
 * hides a silence nor makes one.
 */
export class Silence {
  readonly #ended = new AbortController();
  #heard = true;

  constructor(clock: Clock, periodMs: number, onSilence: () => void) {
    void this.#watch(clock, periodMs).then((silent) => silent && onSilence());
  }

  heard(): void {
    this.#heard = true;
  }

  end(): void {
    this.#ended.abort();
  }

  async #watch(clock: Clock, periodMs: number): Promise<boolean> {
    while (this.#heard) {
      this.#heard = false;
      await clock.sleep(periodMs, this.#ended.signal);
      if (this.#ended.signal.aborted) return false;
    }
    return true;
  }
}
