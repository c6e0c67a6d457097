/** Ids by the group they belong to, in the order in which they came. */
export class Groups {
  readonly #groups = new Map<string, Set<string>>();

  add(group: string, id: string): void {
    const ids = this.#groups.get(group);
    if (ids === undefined) this.#groups.set(group, new Set([id]));
    else ids.add(id);
  }

  remove(group: string, id: string): void {
    const ids = this.#groups.get(group);
    ids?.delete(id);
    if (ids?.size === 0) this.#groups.delete(group);
  }

  ids(group: string): readonly string[] {
    return [...(this.#groups.get(group) ?? [])];
  }

  clear(): void {
    this.#groups.clear();
  }
}
