import type { Clock } from "@rollcall/contract";
import type { Cell } from "@rollcall/runtime";

/** How a wait ended: something changed, the time is over, or there was no place. */
export type WaitEnd = "changed" | "expired" | "full" | "gone";

/** A bounded number of requests that wait for a backend to become ready instead of failing. */
export class PendingQueue {
  readonly #clock: Clock;
  #waiting = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Waits for the next change of the cell. The signal is the client's: it may leave while it waits. */
  async wait<T>(
    cell: Cell<T>,
    { size, until, signal }: { size: number; until: number; signal: AbortSignal },
  ): Promise<WaitEnd> {
    if (this.#waiting >= size) return "full";
    const left = until - this.#clock.monotonic();
    if (left <= 0) return "expired";
    this.#waiting += 1;
    const change = Promise.withResolvers<"changed">();
    const unsubscribe = cell.subscribe(() => change.resolve("changed"));
    const end = new AbortController();
    try {
      const expiry = this.#clock
        .sleep(left, AbortSignal.any([signal, end.signal]))
        .then(() => (signal.aborted ? "gone" : "expired") as WaitEnd);
      return await Promise.race([change.promise, expiry]);
    } finally {
      end.abort();
      unsubscribe();
      this.#waiting -= 1;
    }
  }
}
