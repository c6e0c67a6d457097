import {
  accessRecordKey,
  memberId,
  type AccessRecord,
  type KeyHash,
  type KeyRecord,
  type MemberRecord,
  type SnapshotChange,
  type TeamRecord,
  type UserRecord,
} from "@rollcall/contract";
import type { KeyEntry, Slot } from "./key-entry.ts";

/** One of the hashes by which a key is found. */
export interface FoundKey<Entry extends KeyEntry> {
  readonly entry: Entry;
  readonly hash: KeyHash;
}

/** After so many records others have a turn. */
const SLICE = 1_000;

/**
 * All keys by their digests. Follows changes at a cost in proportion to them: of a team that changes one slot does, not its
 * keys.
 */
export class KeySet<Entry extends KeyEntry> {
  readonly #make: (entry: KeyEntry) => Entry;
  readonly #byDigest = new Map<string, FoundKey<Entry>>();
  readonly #keys = new Map<string, Entry>();
  readonly #slots = new Map<string, Slot<AccessRecord>>();

  constructor(make: (entry: KeyEntry) => Entry) {
    this.#make = make;
  }

  /** With a break after every slice, for its caller to let others go first. */
  static *build<Entry extends KeyEntry>(
    records: readonly AccessRecord[],
    make: (entry: KeyEntry) => Entry,
  ): Generator<void, KeySet<Entry>> {
    const set = new KeySet(make);
    for (const [place, record] of records.entries()) {
      set.#put(record);
      if (place % SLICE === SLICE - 1) yield;
    }
    return set;
  }

  get size(): number {
    return this.#keys.size;
  }

  /** By the digest of a secret, as records write it. Undefined: there is no such key. */
  find(digest: string): FoundKey<Entry> | undefined {
    return this.#byDigest.get(digest);
  }

  /** By its id. */
  get(id: string): Entry | undefined {
    return this.#keys.get(id);
  }

  apply({ changed, removed }: Pick<SnapshotChange<AccessRecord>, "changed" | "removed">): void {
    for (const key of removed) this.#remove(key);
    for (const record of changed) this.#put(record);
  }

  #put(record: AccessRecord): void {
    if (record.kind === "key") this.#putKey(record);
    else this.#slot(record.kind, record.id).record = record;
  }

  #putKey(record: KeyRecord): void {
    const { id, team, user, hashes } = record;
    // The new one's slots first: those that both have stay.
    const entry = this.#make({
      record,
      team: this.#refer<TeamRecord>("team", team),
      user: this.#refer<UserRecord>("user", user),
      member: this.#refer<MemberRecord>(
        "member",
        team === null || user === null ? null : memberId(team, user),
      ),
    });
    this.#dropKey(id);
    this.#keys.set(id, entry);
    for (const hash of hashes) this.#byDigest.set(hash.digest, { entry, hash });
  }

  #remove(key: string): void {
    const colon = key.indexOf(":");
    const id = key.slice(colon + 1);
    if (key.startsWith("key:")) this.#dropKey(id);
    else {
      const slot = this.#slots.get(key);
      if (slot === undefined) return;
      slot.record = null;
      if (slot.keys === 0) this.#slots.delete(key);
    }
  }

  #dropKey(id: string): void {
    const before = this.#keys.get(id);
    if (before === undefined) return;
    this.#keys.delete(id);
    const { team, user, hashes } = before.record;
    for (const { digest } of hashes)
      if (this.#byDigest.get(digest)?.entry === before) this.#byDigest.delete(digest);
    this.#letGo("team", team);
    this.#letGo("user", user);
    this.#letGo("member", team === null || user === null ? null : memberId(team, user));
  }

  #slot(kind: AccessRecord["kind"], id: string): Slot<AccessRecord> {
    const key = accessRecordKey({ kind, id });
    let slot = this.#slots.get(key);
    if (slot === undefined) this.#slots.set(key, (slot = { record: null, keys: 0 }));
    return slot;
  }

  #refer<Item extends AccessRecord>(kind: Item["kind"], id: string | null): Slot<Item> | null {
    if (id === null) return null;
    const slot = this.#slot(kind, id);
    slot.keys += 1;
    return slot as Slot<Item>;
  }

  #letGo(kind: AccessRecord["kind"], id: string | null): void {
    if (id === null) return;
    const slot = this.#slot(kind, id);
    slot.keys -= 1;
    if (slot.keys === 0 && slot.record === null) this.#slots.delete(accessRecordKey({ kind, id }));
  }
}
