/** Something that is given one turn after the other. */
export interface Paced {
  turn(): void;
}

/**
 * Gives every member a turn once a period, under one timer for all: a member's turns come at the phase of the period
 * at which it joined. Time is handed in, in milliseconds.
 */
export class Pacer {
  readonly #slots: readonly Set<Paced>[];
  #last: number;

  constructor(periodMs: number, now: number) {
    this.#slots = Array.from({ length: periodMs }, () => new Set());
    this.#last = Math.floor(now);
  }

  /** Its first turn is one period from now. Returns what ends its turns. */
  join(member: Paced, now: number): () => void {
    const slot = this.#slotAt(Math.floor(now));
    slot.add(member);
    return () => void slot.delete(member);
  }

  /** Gives the turns that are due since it was last called. After a long pause nobody gets more than one. */
  tick(now: number): void {
    const until = Math.floor(now);
    const from = Math.max(this.#last, until - this.#slots.length);
    this.#last = until;
    for (let ms = from + 1; ms <= until; ms += 1) for (const member of this.#slotAt(ms)) member.turn();
  }

  #slotAt(ms: number): Set<Paced> {
    const slot = this.#slots[ms % this.#slots.length];
    if (slot === undefined) throw new Error("a period has at least one millisecond");
    return slot;
  }
}
