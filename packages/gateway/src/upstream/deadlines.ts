import type { Clock } from "@rollcall/runtime";

/** Something that must go on before a moment. Changing the moment is one assignment: nothing is allocated an event. */
export interface Deadline {
  /** Epoch milliseconds. */
  expiresAt: number;
  onExpired(): void;
}

/** Deadlines are looked at this often; they are seconds and minutes long. */
const LOOK_MS = 50;

/** All deadlines of the process under one timer, since a timer for every event of every stream would cost more than the event. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #pending = new Set<Deadline>();
  #timer: NodeJS.Timeout | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  add(deadline: Deadline): void {
    this.#pending.add(deadline);
    this.#timer ??= setInterval(() => this.look(), LOOK_MS);
  }

  delete(deadline: Deadline): void {
    this.#pending.delete(deadline);
  }

  /** Ends what is over. Called by the timer; by tests as they like. */
  look(): void {
    const now = this.#clock.now();
    for (const deadline of this.#pending) {
      if (deadline.expiresAt > now) continue;
      this.delete(deadline);
      deadline.onExpired();
    }
    if (this.#pending.size > 0 || this.#timer === null) return;
    // Here and not in `delete`: with few requests there would be a new timer for each.
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
