import type { AccessRecord, KeyRecord, MemberRecord, TeamRecord, UserRecord } from "@rollcall/contract";

/** A record that keys refer to, as it is now: a change of it is seen by all of them at once, however many there are. */
export interface Slot<Item extends AccessRecord> {
  /** Null: there is none, or it was deleted. */
  record: Item | null;
  /** How many entries of keys refer to it. */
  entries: number;
}

/** A key, and whose it is. */
export interface KeyEntry {
  readonly record: KeyRecord;
  readonly team: Slot<TeamRecord> | null;
  readonly user: Slot<UserRecord> | null;
  /** Null but for a key that has both. */
  readonly member: Slot<MemberRecord> | null;
}
