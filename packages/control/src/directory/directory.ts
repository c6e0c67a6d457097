import type { KeyRow, MemberRow, Row, RowName, TeamRow, UserRow } from "@rollcall/store";
import { Groups } from "./groups.ts";

/**
 * All keys, teams, users and members, found by whatever names them. What is staged stands here before it is committed, so
 * that the next decision reckons with it.
 */
export class Directory {
  readonly #keys = new Map<string, KeyRow>();
  readonly #teams = new Map<string, TeamRow>();
  readonly #users = new Map<string, UserRow>();
  readonly #members = new Map<string, MemberRow>();
  readonly #byDigest = new Map<string, string>();
  readonly #byAlias = new Map<string, string>();
  readonly #byEmail = new Map<string, string>();
  readonly #groups = new Groups();

  get size(): number {
    return this.#keys.size;
  }

  key(id: string): KeyRow | null {
    return this.#keys.get(id) ?? null;
  }

  keyByDigest(digest: string): KeyRow | null {
    return this.key(this.#byDigest.get(digest) ?? "");
  }

  keyByAlias(alias: string): KeyRow | null {
    return this.key(this.#byAlias.get(alias) ?? "");
  }

  team(id: string): TeamRow | null {
    return this.#teams.get(id) ?? null;
  }

  user(id: string): UserRow | null {
    return this.#users.get(id) ?? null;
  }

  userByEmail(email: string): UserRow | null {
    return this.user(this.#byEmail.get(email.toLowerCase()) ?? "");
  }

  /** By `memberId`. */
  member(id: string): MemberRow | null {
    return this.#members.get(id) ?? null;
  }

  keysOfTeam(team: string): readonly KeyRow[] {
    return this.#rows(this.#keys, `team keys ${team}`);
  }

  keysOfUser(user: string): readonly KeyRow[] {
    return this.#rows(this.#keys, `user keys ${user}`);
  }

  membersOfTeam(team: string): readonly MemberRow[] {
    return this.#rows(this.#members, `team members ${team}`);
  }

  membershipsOf(user: string): readonly MemberRow[] {
    return this.#rows(this.#members, `user members ${user}`);
  }

  *all(): Iterable<Row> {
    yield* this.#teams.values();
    yield* this.#users.values();
    yield* this.#members.values();
    yield* this.#keys.values();
  }

  put(row: Row): void {
    this.remove(row);
    switch (row.kind) {
      case "key":
        this.#keys.set(row.id, row);
        for (const { digest } of row.hashes) this.#byDigest.set(digest, row.id);
        if (row.alias !== null) this.#byAlias.set(row.alias, row.id);
        break;
      case "team":
        this.#teams.set(row.id, row);
        break;
      case "user":
        this.#users.set(row.id, row);
        if (row.email !== null) this.#byEmail.set(row.email.toLowerCase(), row.id);
        break;
      case "member":
        this.#members.set(row.id, row);
    }
    for (const group of groupsOf(row)) this.#groups.add(group, row.id);
  }

  remove({ kind, id }: RowName): void {
    const before = this.#row({ kind, id });
    if (before === null) return;
    for (const group of groupsOf(before)) this.#groups.remove(group, id);
    this.#table(kind).delete(id);
    if (before.kind === "key") {
      for (const { digest } of before.hashes) this.#byDigest.delete(digest);
      if (before.alias !== null) this.#byAlias.delete(before.alias);
    }
    if (before.kind === "user" && before.email !== null) this.#byEmail.delete(before.email.toLowerCase());
  }

  clear(): void {
    for (const kind of ["key", "team", "user", "member"] as const) this.#table(kind).clear();
    this.#byDigest.clear();
    this.#byAlias.clear();
    this.#byEmail.clear();
    this.#groups.clear();
  }

  #row({ kind, id }: RowName): Row | null {
    return this.#table(kind).get(id) ?? null;
  }

  #table(kind: Row["kind"]): Map<string, Row> {
    const tables = { key: this.#keys, team: this.#teams, user: this.#users, member: this.#members };
    return tables[kind];
  }

  #rows<Found>(table: ReadonlyMap<string, Found>, group: string): readonly Found[] {
    return this.#groups.ids(group).flatMap((id) => table.get(id) ?? []);
  }
}

/** The groups that it is listed under. */
function groupsOf(row: Row): readonly string[] {
  if (row.kind !== "key" && row.kind !== "member") return [];
  const { team, user } = row;
  const what = row.kind === "key" ? "keys" : "members";
  return [
    ...(team === null ? [] : [`team ${what} ${team}`]),
    ...(user === null ? [] : [`user ${what} ${user}`]),
  ];
}
