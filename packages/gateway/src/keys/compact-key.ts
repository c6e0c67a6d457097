import {
  KEYS,
  ok,
  type AccessRecord,
  type KeyHash,
  type KeyRecord,
  type KeySnapshot,
  type Result,
  type ScopeLimits,
  type SnapshotKind,
} from "@rollcall/contract";

/** What many keys have alike. */
type Parts = Pick<KeyRecord, "aliases" | "blocked" | "limits" | "models" | "routes" | "type">;

/** More different ones than keys that were made by one program have; beyond them nothing is shared with the earlier ones. */
const MOST_SHARED = 10_000;

/** A key as a hundred thousand are kept: what they have in common is there once for all of them. */
class CompactKey implements KeyRecord {
  readonly id: string;
  readonly team: string | null;
  readonly user: string | null;
  readonly expiresAt: number | null;
  readonly #parts: Parts;
  /** A digest alone: of a random key, without an end of its own. */
  readonly #hashes: string | readonly KeyHash[];

  constructor(record: KeyRecord, parts: Parts) {
    this.id = record.id;
    this.team = record.team;
    this.user = record.user;
    this.expiresAt = record.expiresAt;
    this.#parts = parts;
    const [first, ...others] = record.hashes;
    const isPlain = first?.method === "sha256" && first.until === null && others.length === 0;
    this.#hashes = isPlain ? first.digest : record.hashes;
  }

  get kind(): "key" {
    return "key";
  }

  get hashes(): readonly KeyHash[] {
    const hashes = this.#hashes;
    return typeof hashes === "string" ? [{ method: "sha256", digest: hashes, until: null }] : hashes;
  }

  get models(): readonly string[] {
    return this.#parts.models;
  }

  get aliases(): Readonly<Record<string, string>> {
    return this.#parts.aliases;
  }

  get type(): KeyRecord["type"] {
    return this.#parts.type;
  }

  get routes(): readonly string[] {
    return this.#parts.routes;
  }

  get blocked(): boolean {
    return this.#parts.blocked;
  }

  get limits(): ScopeLimits {
    return this.#parts.limits;
  }
}

/** Makes compact keys, which share what earlier ones have. */
export class KeyCompactor {
  #parts = new Map<string, Parts>();
  #owners = new Map<string, string>();

  compact(record: KeyRecord): KeyRecord {
    const team = record.team === null ? null : this.#owner(record.team);
    const user = record.user === null ? null : this.#owner(record.user);
    return new CompactKey({ ...record, team, user }, this.#partsOf(record));
  }

  #partsOf({ aliases, blocked, limits, models, routes, type }: KeyRecord): Parts {
    const parts = { aliases, blocked, limits, models, routes, type };
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

/** The key set, its keys kept compact from the moment they are read. */
export function compactKeys(): SnapshotKind<KeySnapshot, AccessRecord> {
  const compactor = new KeyCompactor();
  return {
    ...KEYS,
    readRecord: (value): Result<AccessRecord, string> => {
      const read = KEYS.readRecord(value);
      return read.ok && read.value.kind === "key" ? ok(compactor.compact(read.value)) : read;
    },
  };
}
