import type { KeyHash } from "@rollcall/contract";
import type { KeyRow, MemberRow, TeamRow, UserRow } from "@rollcall/store";

/** More different ones than keys that were made by one program have; beyond them nothing is shared with the earlier ones. */
const MOST_SHARED = 10_000;

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
  /** A digest alone: of a random key, without an end of its own. */
  readonly #hashes: string | readonly KeyHash[];
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
    const [first, ...others] = own.hashes;
    const isPlain = first?.method === "sha256" && first.until === null && others.length === 0;
    this.#hashes = isPlain ? first.digest : own.hashes;
    this.#expiresAt = own.expiresAt;
    this.#createdAt = own.createdAt;
    this.#updatedAt = own.updatedAt === own.createdAt ? null : own.updatedAt;
  }

  /** As it was put; made anew with each call. */
  row(): KeyRow {
    const { aliases, blocked, createdBy, kind, limits, metadata, models, routes, tags, type, updatedBy } =
      this.#parts;
    const hashes = this.#hashes;
    return {
      kind,
      id: this.#id,
      alias: this.#alias,
      lastFour: this.#lastFour,
      hashes: typeof hashes === "string" ? [{ method: "sha256", digest: hashes, until: null }] : hashes,
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
  #parts = new Map<string, Omit<KeyRow, Own>>();
  #owners = new Map<string, string>();

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
        team: team === null ? null : this.#owner(team),
        updatedAt,
        user: user === null ? null : this.#owner(user),
      },
      this.#shared(parts),
    );
  }

  #shared(parts: Omit<KeyRow, Own>): Omit<KeyRow, Own> {
    const name = JSON.stringify(parts);
    const shared = this.#parts.get(name);
    if (shared !== undefined) return shared;
    if (this.#parts.size >= MOST_SHARED) this.#parts = new Map();
    this.#parts.set(name, parts);
    return parts;
  }

  #owner(id: string): string {
    const shared = this.#owners.get(id);
    if (shared !== undefined) return shared;
    if (this.#owners.size >= MOST_SHARED) this.#owners = new Map();
    this.#owners.set(id, id);
    return id;
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
