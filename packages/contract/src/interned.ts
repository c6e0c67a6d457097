/** More different values than most sets have; beyond them nothing is shared with the earlier ones. */
const MOST_SHARED = 10_000;

/** Gives one and the same value for all that are alike, so that many records hold it once. */
export class Interned<Value> {
  readonly #nameOf: (value: Value) => string;
  #shared = new Map<string, Value>();

  /** `nameOf`: the same text for values that are alike, and for no others. */
  constructor(nameOf: (value: Value) => string) {
    this.#nameOf = nameOf;
  }

  share(value: Value): Value {
    const name = this.#nameOf(value);
    const shared = this.#shared.get(name);
    if (shared !== undefined) return shared;
    if (this.#shared.size >= MOST_SHARED) this.#shared = new Map();
    this.#shared.set(name, value);
    return value;
  }
}
