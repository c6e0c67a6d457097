/** Timers wake a process this late at most when nothing is wrong, in milliseconds. */
const GRAIN_MS = 2;

/** Requests at a constant rate, whether or not earlier ones were answered. Time is handed in, in milliseconds. */
export class Arrivals {
  readonly #gapMs: number;
  readonly #start: number;
  #next = 0;

  constructor(perSecond: number, start: number) {
    this.#gapMs = 1_000 / perSecond;
    this.#start = start;
  }

  /** When each of those was due that became due since the last call, oldest first. */
  due(now: number): readonly number[] {
    const due: number[] = [];
    for (let at = this.#at(); at <= now; at = this.#at()) {
      due.push(at);
      this.#next += 1;
    }
    return due;
  }

  #at(): number {
    return this.#start + this.#next * this.#gapMs;
  }
}

/**
 * From when a request's latency counts: from when it was due, so that one that was sent late since everything stood
 * still does not look fast. What a timer is late by itself is not the system's doing and is left out.
 */
export function countedFrom(due: number, sent: number): number {
  return sent - due <= GRAIN_MS ? sent : due;
}
