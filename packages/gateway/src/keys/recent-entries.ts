/** Entries by name, at least the last `most` that were asked for and never more than twice as many. */
export class RecentEntries<Entry> {
  readonly #most: number;
  readonly #onForgotten: (entry: Entry) => void;
  #young = new Map<string, Entry>();
  #old = new Map<string, Entry>();

  /** `onForgotten`: it made place for others, or was deleted. */
  constructor(most: number, onForgotten: (entry: Entry) => void) {
    this.#most = most;
    this.#onForgotten = onForgotten;
  }

  get(name: string): Entry | undefined {
    const entry = this.#young.get(name);
    return entry === undefined && this.#old.size > 0 ? this.#revive(name) : entry;
  }

  set(name: string, entry: Entry): void {
    if (this.#young.size >= this.#most) {
      for (const forgotten of this.#old.values()) this.#onForgotten(forgotten);
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(name, entry);
  }

  delete(name: string): void {
    const entry = this.#young.get(name) ?? this.#old.get(name);
    if (entry === undefined) return;
    this.#young.delete(name);
    this.#old.delete(name);
    this.#onForgotten(entry);
  }

  #revive(name: string): Entry | undefined {
    const entry = this.#old.get(name);
    if (entry === undefined) return undefined;
    this.#old.delete(name);
    this.set(name, entry);
    return entry;
  }
}
