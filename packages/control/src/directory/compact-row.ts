import { compactHashes, hashesOf, Interned, type CompactHashes } from "@rollcall/contract";
import type { KeyRow, MemberRow, TeamRow, UserRow } from "@rollcall/store";

/** What is a key's own. */
type Own = "alias" | "createdAt" | "expiresAt" | "hashes" | "id" | "lastFour" | "team" | "updatedAt" | "user";

/** A key as a hundred thousand are kept: what they have in common is there once for all of them. */
export class CompactKey {
  readonly #parts: Omit<KeyRow, Own>;
  readonly #id: string;
  readonly #alias: string | null;
  readonly #lastFour: string;
  readonly #team: string | null;
  readonly #user: string | null;
  readonly #hashes: CompactHashes;
  readonly #expiresAt: number | null;
  readonly #createdAt: number;
  /** Null: it was not changed since. */
  readonly #updatedAt: number | null;

  constructor(own: Pick<KeyRow, Own>, parts: Omit<KeyRow, Own>) {
    this.#parts = parts;
    this.#id = own.id;
    this.#alias = own.alias;
    this.#lastFour = own.lastFour;
    this.#team = own.team;
    this.#user = own.user;
    this.#hashes = compactHashes(own.hashes);
    this.#expiresAt = own.expiresAt;
    this.#createdAt = own.createdAt;
    this.#updatedAt = own.updatedAt === own.createdAt ? null : own.updatedAt;
  }

  /** As it was put; made anew with each call. */
  row(): KeyRow {
    const { aliases, blocked, createdBy, kind, limits, metadata, models, routes, tags, type, updatedBy } =
      this.#parts;
    return {
      kind,
      id: this.#id,
      alias: this.#alias,
      lastFour: this.#lastFour,
      hashes: hashesOf(this.#hashes),
      team: this.#team,
      user: this.#user,
      models,
      aliases,
      type,
      routes,
      blocked,
      expiresAt: this.#expiresAt,
      limits,
      metadata,
      tags,
      createdAt: this.#createdAt,
      createdBy,
      updatedAt: this.#updatedAt ?? this.#createdAt,
      updatedBy,
    };
  }
}

/** Makes compact keys, which share what earlier ones have. */
export class KeyCompactor {
  readonly #parts = new Interned<Omit<KeyRow, Own>>(JSON.stringify);
  readonly #owners = new Interned<string>(String);

  compact(row: KeyRow): CompactKey {
    const { alias, createdAt, expiresAt, hashes, id, lastFour, team, updatedAt, user, ...parts } = row;
    return new CompactKey(
      {
        alias,
        createdAt,
        expiresAt,
        hashes,
        id,
        lastFour,
        team: team === null ? null : this.#owners.share(team),
        updatedAt,
        user: user === null ? null : this.#owners.share(user),
      },
      this.#parts.share(parts),
    );
  }
}

const EMPTY: Readonly<Record<string, never>> = Object.freeze({});
const NONE: readonly never[] = Object.freeze([]);

/** The same row with what is empty shared among all rows: there may be as many users as keys. */
export function compacted<Kept extends TeamRow | UserRow | MemberRow>(row: Kept): Kept {
  const limits = { ...row.limits, models: empty(row.limits.models) };
  const models = row.models.length === 0 ? NONE : row.models;
  if (row.kind === "member") return { ...row, limits, models };
  return {
    ...row,
    metadata: empty(row.metadata),
    tags: row.tags.length === 0 ? NONE : row.tags,
    limits,
    models,
  };
}

function empty<Entry>(map: Readonly<Record<string, Entry>>): Readonly<Record<string, Entry>> {
  for (const _ in map) return map;
  return EMPTY;
}
