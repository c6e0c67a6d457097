/** Kept at most, heartbeats included: half an hour of them. */
const MAX_CHANGES = 1_024;

/** Kept changes touch so large a share of the records at most: beyond that a base is not much longer. */
const SHARE_OF_RECORDS = 0.25;
const LEAST_RECORDS = 64;

export interface KeptChange {
  readonly after: number;
  readonly sequence: number;
  /** Records that it touches. */
  readonly size: number;
}

/** The latest changes of one run, each going on from the one before it: what a reader that is a little behind is sent. */
export class ChangeHistory<Kept extends KeptChange> {
  #changes: Kept[] = [];
  #size = 0;

  clear(): void {
    this.#changes = [];
    this.#size = 0;
  }

  /** `records`: how many there are in all. */
  add(change: Kept, records: number): void {
    this.#changes.push(change);
    this.#size += change.size;
    const limit = Math.max(LEAST_RECORDS, SHARE_OF_RECORDS * records);
    while (this.#changes.length > MAX_CHANGES || this.#size > limit) {
      const oldest = this.#changes.shift();
      if (oldest === undefined) return;
      this.#size -= oldest.size;
    }
  }

  /** All that lead on from there, in their order; null where some between were not kept. */
  since(sequence: number): readonly Kept[] | null {
    const from = this.#changes.findLastIndex(({ after }) => after <= sequence);
    if (from === -1) return null;
    return this.#changes.slice(from).filter((change) => change.sequence > sequence);
  }
}
