/** Requests under way by deployment, from being sent to the end of the body. Outlives reloads: ids do. */
export class InFlight {
  readonly #counts = new Map<string, number>();
  #total = 0;

  begin(id: string): void {
    this.#total += 1;
    this.#counts.set(id, this.count(id) + 1);
  }

  end(id: string): void {
    this.#total -= 1;
    const left = this.count(id) - 1;
    if (left > 0) this.#counts.set(id, left);
    else this.#counts.delete(id);
  }

  count(id: string): number {
    return this.#counts.get(id) ?? 0;
  }

  get total(): number {
    return this.#total;
  }

  entries(): IterableIterator<[string, number]> {
    return this.#counts.entries();
  }
}
