import type { KeyRow, MemberRow, Row, RowName, TeamRow, UserRow } from "@rollcall/store";
import { KeyCompactor, compacted, type CompactKey } from "./compact-row.ts";
import { Groups } from "./groups.ts";

/** Rows by their ids, and ids by whatever else names a row. */
class Tables {
  readonly keys = new Map<string, CompactKey>();
  readonly teams = new Map<string, TeamRow>();
  readonly users = new Map<string, UserRow>();
  readonly members = new Map<string, MemberRow>();
  readonly byDigest = new Map<string, string>();
  readonly byAlias = new Map<string, string>();
  readonly byEmail = new Map<string, string>();
  readonly groups = new Groups();
  readonly compactor = new KeyCompactor();
}

/**
 * All keys, teams, users and members, found by whatever names them. What is staged stands here before it is committed, so
 * that the next decision reckons with it.
 */
export class Directory {
  #tables = new Tables();

  get size(): number {
    return this.#tables.keys.size;
  }

  /** Of all kinds. */
  get rows(): number {
    const { keys, members, teams, users } = this.#tables;
    return keys.size + members.size + teams.size + users.size;
  }

  key(id: string): KeyRow | null {
    return this.#tables.keys.get(id)?.row() ?? null;
  }

  keyByDigest(digest: string): KeyRow | null {
    return this.key(this.#tables.byDigest.get(digest) ?? "");
  }

  keyByAlias(alias: string): KeyRow | null {
    return this.key(this.#tables.byAlias.get(alias) ?? "");
  }

  team(id: string): TeamRow | null {
    return this.#tables.teams.get(id) ?? null;
  }

  user(id: string): UserRow | null {
    return this.#tables.users.get(id) ?? null;
  }

  userByEmail(email: string): UserRow | null {
    return this.user(this.#tables.byEmail.get(email.toLowerCase()) ?? "");
  }

  /** By `memberId`. */
  member(id: string): MemberRow | null {
    return this.#tables.members.get(id) ?? null;
  }

  keysOfTeam(team: string): readonly KeyRow[] {
    return this.#ids(`team keys ${team}`).flatMap((id) => this.key(id) ?? []);
  }

  keysOfUser(user: string): readonly KeyRow[] {
    return this.#ids(`user keys ${user}`).flatMap((id) => this.key(id) ?? []);
  }

  membersOfTeam(team: string): readonly MemberRow[] {
    return this.#ids(`team members ${team}`).flatMap((id) => this.member(id) ?? []);
  }

  membershipsOf(user: string): readonly MemberRow[] {
    return this.#ids(`user members ${user}`).flatMap((id) => this.member(id) ?? []);
  }

  *all(): Iterable<Row> {
    const { keys, members, teams, users } = this.#tables;
    yield* teams.values();
    yield* users.values();
    yield* members.values();
    for (const key of keys.values()) yield key.row();
  }

  put(row: Row): void {
    this.remove(row);
    const { byAlias, byDigest, byEmail, compactor, groups, keys, members, teams, users } = this.#tables;
    switch (row.kind) {
      case "key":
        keys.set(row.id, compactor.compact(row));
        for (const { digest } of row.hashes) byDigest.set(digest, row.id);
        if (row.alias !== null) byAlias.set(row.alias, row.id);
        break;
      case "team":
        teams.set(row.id, compacted(row));
        break;
      case "user":
        users.set(row.id, compacted(row));
        if (row.email !== null) byEmail.set(row.email.toLowerCase(), row.id);
        break;
      case "member":
        members.set(row.id, compacted(row));
    }
    for (const group of groupsOf(row)) groups.add(group, row.id);
  }

  remove(name: RowName): void {
    const before = this.row(name);
    if (before === null) return;
    const { byAlias, byDigest, byEmail, groups } = this.#tables;
    for (const group of groupsOf(before)) groups.remove(group, before.id);
    this.#table(before.kind).delete(before.id);
    if (before.kind === "key") {
      for (const { digest } of before.hashes) byDigest.delete(digest);
      if (before.alias !== null) byAlias.delete(before.alias);
    }
    if (before.kind === "user" && before.email !== null) byEmail.delete(before.email.toLowerCase());
  }

  /** Has from now on what the other one has, which is of no use afterwards. */
  become(other: Directory): void {
    this.#tables = other.#tables;
  }

  row({ kind, id }: RowName): Row | null {
    switch (kind) {
      case "key":
        return this.key(id);
      case "team":
        return this.team(id);
      case "user":
        return this.user(id);
      case "member":
        return this.member(id);
      default:
        return kind satisfies never;
    }
  }

  #table(kind: Row["kind"]): Map<string, unknown> {
    const { keys, members, teams, users } = this.#tables;
    return { key: keys, team: teams, user: users, member: members }[kind];
  }

  #ids(group: string): readonly string[] {
    return this.#tables.groups.ids(group);
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
