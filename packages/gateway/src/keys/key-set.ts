import {
  accessRecordKey,
  memberId,
  type AccessRecord,
  type KeyRecord,
  type MemberRecord,
  type SnapshotChange,
  type TeamRecord,
  type UserRecord,
} from "@rollcall/contract";
import type { KeyEntry, Slot } from "./key-entry.ts";
import { RecentEntries } from "./recent-entries.ts";

/** After so many records others have a turn. */
const SLICE = 1_000;

/** Entries of keys that were used lately: what a key may do is a hundred times its record. */
const MOST_ENTRIES = 5_000;

/**
 * All keys by their digests. Follows changes at a cost in proportion to them: of a team that changes one slot does, not its
 * keys. What a key needs beyond its record is made when it is used.
 */
export class KeySet<Entry extends KeyEntry> {
  readonly #make: (entry: KeyEntry) => Entry;
  readonly #byDigest = new Map<string, KeyRecord>();
  readonly #keys = new Map<string, KeyRecord>();
  readonly #slots = new Map<string, Slot<AccessRecord>>();
  readonly #entries: RecentEntries<Entry>;

  /** `most`: entries that are kept. */
  constructor(make: (entry: KeyEntry) => Entry, most = MOST_ENTRIES) {
    this.#make = make;
    this.#entries = new RecentEntries(most, ({ record }) => this.#letGoOf(record));
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
  find(digest: string): Entry | undefined {
    const record = this.#byDigest.get(digest);
    return record === undefined ? undefined : this.#entryOf(record);
  }

  /** By its id. */
  get(id: string): Entry | undefined {
    const record = this.#keys.get(id);
    return record === undefined ? undefined : this.#entryOf(record);
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
    this.#dropKey(record.id);
    this.#keys.set(record.id, record);
    for (const { digest } of record.hashes) this.#byDigest.set(digest, record);
  }

  #remove(key: string): void {
    const colon = key.indexOf(":");
    const id = key.slice(colon + 1);
    if (key.startsWith("key:")) this.#dropKey(id);
    else {
      const slot = this.#slots.get(key);
      if (slot === undefined) return;
      slot.record = null;
      if (slot.entries === 0) this.#slots.delete(key);
    }
  }

  #dropKey(id: string): void {
    const before = this.#keys.get(id);
    if (before === undefined) return;
    this.#keys.delete(id);
    for (const { digest } of before.hashes)
      if (this.#byDigest.get(digest) === before) this.#byDigest.delete(digest);
    this.#entries.delete(id);
  }

  #entryOf(record: KeyRecord): Entry {
    const known = this.#entries.get(record.id);
    if (known !== undefined) return known;
    const { id, team, user } = record;
    const entry = this.#make({
      record,
      team: this.#refer<TeamRecord>("team", team),
      user: this.#refer<UserRecord>("user", user),
      member: this.#refer<MemberRecord>("member", memberOf(record)),
    });
    this.#entries.set(id, entry);
    return entry;
  }

  #letGoOf(record: KeyRecord): void {
    this.#letGo("team", record.team);
    this.#letGo("user", record.user);
    this.#letGo("member", memberOf(record));
  }

  #slot(kind: AccessRecord["kind"], id: string): Slot<AccessRecord> {
    const key = accessRecordKey({ kind, id });
    let slot = this.#slots.get(key);
    if (slot === undefined) this.#slots.set(key, (slot = { record: null, entries: 0 }));
    return slot;
  }

  #refer<Item extends AccessRecord>(kind: Item["kind"], id: string | null): Slot<Item> | null {
    if (id === null) return null;
    const slot = this.#slot(kind, id);
    slot.entries += 1;
    return slot as Slot<Item>;
  }

  #letGo(kind: AccessRecord["kind"], id: string | null): void {
    if (id === null) return;
    const slot = this.#slot(kind, id);
    slot.entries -= 1;
    if (slot.entries === 0 && slot.record === null) this.#slots.delete(accessRecordKey({ kind, id }));
  }
}

function memberOf({ team, user }: KeyRecord): string | null {
  return team === null || user === null ? null : memberId(team, user);
}
