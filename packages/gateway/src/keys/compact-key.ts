import {
  compactHashes,
  hashesOf,
  Interned,
  KEYS,
  ok,
  type AccessRecord,
  type CompactHashes,
  type KeyHash,
  type KeyRecord,
  type KeySnapshot,
  type Result,
  type ScopeLimits,
  type SnapshotKind,
} from "@rollcall/contract";

/** What many keys have alike. */
type Parts = Pick<KeyRecord, "aliases" | "blocked" | "limits" | "models" | "routes" | "type">;

/** A key as a hundred thousand are kept: what they have in common is there once for all of them. */
class CompactKey implements KeyRecord {
  readonly id: string;
  readonly team: string | null;
  readonly user: string | null;
  readonly expiresAt: number | null;
  readonly #parts: Parts;
  readonly #hashes: CompactHashes;

  constructor(record: KeyRecord, parts: Parts) {
    this.id = record.id;
    this.team = record.team;
    this.user = record.user;
    this.expiresAt = record.expiresAt;
    this.#parts = parts;
    this.#hashes = compactHashes(record.hashes);
  }

  get kind(): "key" {
    return "key";
  }

  get hashes(): readonly KeyHash[] {
    return hashesOf(this.#hashes);
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
  readonly #parts = new Interned<Parts>(JSON.stringify);
  readonly #owners = new Interned<string>(String);

  compact(record: KeyRecord): KeyRecord {
    const { aliases, blocked, limits, models, routes, type } = record;
    const team = record.team === null ? null : this.#owners.share(record.team);
    const user = record.user === null ? null : this.#owners.share(record.user);
    return new CompactKey(
      { ...record, team, user },
      this.#parts.share({ aliases, blocked, limits, models, routes, type }),
    );
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
