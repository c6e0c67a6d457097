import type { Clock } from "@rollcall/contract";

/** Something that must go on before a moment. Changing the moment is one assignment: nothing is allocated an event. */
export interface Deadline {
  /** Monotonic milliseconds. */
  expiresAt: number;
  /** Where it stands among those that are pending, or -1. Only `Deadlines` changes it. */
  place: number;
  onExpired(): void;
}

/** Deadlines are looked at this often; they are seconds and minutes long. */
const LOOK_MS = 50;

/**
 * All deadlines of the process under one timer, since a timer for every event of every stream would cost more than the
 * event. Kept in an array with the place of each in itself: a Set is built anew every few requests, and each of its old
 * tables keeps what it held, and the table after it, alive until the next full garbage collection.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #pending: Deadline[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.monotonic();
  }

  /** Those that have not ended. Not to be changed, and only good for the moment. */
  get pending(): readonly Deadline[] {
    return this.#pending;
  }

  add(deadline: Deadline): void {
    if (deadline.place !== -1) return;
    deadline.place = this.#pending.length;
    this.#pending.push(deadline);
    this.#timer ??= setInterval(() => this.look(), LOOK_MS);
  }

  /** The last one takes the place of the one that goes. */
  delete(deadline: Deadline): void {
    const { place } = deadline;
    if (place === -1) return;
    deadline.place = -1;
    const last = this.#pending.pop();
    if (last === undefined || last === deadline) return;
    last.place = place;
    this.#pending[place] = last;
  }

  /** Ends what is over. Called by the timer; by tests as they like. */
  look(): void {
    const now = this.#clock.monotonic();
    const over = this.#pending.filter(({ expiresAt }) => expiresAt <= now);
    for (const deadline of over) {
      // One that ends may take others away.
      if (deadline.place === -1) continue;
      this.delete(deadline);
      deadline.onExpired();
    }
    if (this.#pending.length > 0 || this.#timer === null) return;
    // Here and not in `delete`: with few requests there would be a new timer for each.
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
