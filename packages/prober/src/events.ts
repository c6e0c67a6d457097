import type { Reason, Verdict, Warning } from "@rollcall/contract";

/** One deployment went from one reason to another, or its hint or warnings changed. */
export interface Event {
  /** Grows by one with every event of one run of the prober, from 1. */
  readonly sequence: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly deployment: string;
  readonly alias: string;
  readonly from: Reason;
  readonly to: Reason;
  readonly detail: string;
  readonly hint: string;
  readonly warnings: readonly Warning[];
  readonly expected: string;
  readonly found: readonly string[];
}

export interface EventFilter {
  /** Those after this one. */
  readonly since?: number;
  readonly deployment?: string;
  readonly alias?: string;
}

const KEPT = 1_000;

/** What changed last, for those who come after it happened. */
export class Events {
  readonly #kept: number;
  /** Oldest first. */
  readonly #events: Event[] = [];
  #newest = 0;

  constructor(kept = KEPT) {
    this.#kept = kept;
  }

  /** The sequence of the newest one; 0 before there is any. */
  get newest(): number {
    return this.#newest;
  }

  /** The sequence of the oldest one that is still kept; one after the newest where there is none. */
  get oldest(): number {
    return this.#newest - this.#events.length + 1;
  }

  record(before: Verdict, after: Verdict, now: number): void {
    this.#newest += 1;
    const { deployment, alias, detail, hint, warnings, expected, found } = after;
    this.#events.push({
      sequence: this.#newest,
      at: now,
      deployment,
      alias,
      from: before.reason,
      to: after.reason,
      detail,
      hint,
      warnings,
      expected,
      found,
    });
    if (this.#events.length > this.#kept) this.#events.shift();
  }

  /** Newest last. */
  list({ since = 0, deployment, alias }: EventFilter = {}): readonly Event[] {
    return this.#events.filter(
      (event) =>
        event.sequence > since &&
        (deployment === undefined || event.deployment === deployment) &&
        (alias === undefined || event.alias === alias),
    );
  }
}
