/** Ids by the group they belong to, in the order in which they came. Most groups have one, which is kept as it is. */
export class Groups {
  readonly #groups = new Map<string, string | Set<string>>();

  add(group: string, id: string): void {
    const ids = this.#groups.get(group);
    if (ids === undefined) this.#groups.set(group, id);
    else if (typeof ids === "string") this.#groups.set(group, new Set([ids, id]));
    else ids.add(id);
  }

  remove(group: string, id: string): void {
    const ids = this.#groups.get(group);
    if (ids === undefined) return;
    if (typeof ids !== "string") ids.delete(id);
    if (typeof ids === "string" ? ids === id : ids.size === 0) this.#groups.delete(group);
  }

  ids(group: string): readonly string[] {
    const ids = this.#groups.get(group) ?? [];
    return typeof ids === "string" ? [ids] : [...ids];
  }
}
