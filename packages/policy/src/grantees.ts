import {
  memberId,
  type KeyRecord,
  type Limits,
  type MemberRecord,
  type ScopeLimits,
  type TeamRecord,
  type UserRecord,
} from "@rollcall/contract";

/** A member's limits, and the models it may use within its team. */
export interface Member {
  readonly id: string;
  readonly models: readonly string[];
  readonly limits: ScopeLimits;
}

/** Whom a key stands for: what each of them may do, the key may at most. */
export interface Grantees {
  readonly key: KeyRecord;
  /** Null: the key has none. A key whose team is gone is never here. */
  readonly team: TeamRecord | null;
  /** The key's user within its team. */
  readonly member: Member | null;
  /** Null: the key has none, or it names one that was never made: a mark for usage alone. */
  readonly user: UserRecord | null;
}

/** Where the records of a key set are found. */
export interface Records {
  team(id: string): TeamRecord | undefined;
  user(id: string): UserRecord | undefined;
  /** By its id, as `memberId` makes it. */
  member(id: string): MemberRecord | undefined;
}

/** Null: the key's team is gone, and with it all that the key could do. */
export function granteesOf(key: KeyRecord, records: Records): Grantees | null {
  const team = key.team === null ? null : records.team(key.team);
  if (team === undefined) return null;
  const user = key.user === null ? null : (records.user(key.user) ?? null);
  return { key, team, user, member: memberOf(key, team, records) };
}

function memberOf(key: KeyRecord, team: TeamRecord | null, records: Records): Member | null {
  if (team === null || key.user === null) return null;
  const id = memberId(team.id, key.user);
  const record = records.member(id);
  const own = record?.limits ?? { rpm: null, parallel: null, models: {} };
  return { id, models: record?.models ?? [], limits: { ...own, ...orElse(own, team.memberLimits) } };
}

function orElse(own: Limits, general: Limits): Limits {
  return { rpm: own.rpm ?? general.rpm, parallel: own.parallel ?? general.parallel };
}
