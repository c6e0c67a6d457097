import type { AccessRecord, KeyRecord, MemberRecord, TeamRecord, UserRecord } from "@rollcall/contract";
import type { Row, RowKind } from "@rollcall/store";

/** What gateways are told of a row: no name, no note, nobody's email. */
export function accessRecordOf(row: Row): AccessRecord {
  const told = TOLD[row.kind] as (row: Row) => AccessRecord;
  return told(row);
}

const TOLD: Readonly<Record<RowKind, unknown>> = {
  key: (row: KeyRecord): KeyRecord => {
    const { kind, id, hashes, team, user, models, aliases, type, routes, blocked, expiresAt, limits } = row;
    return { kind, id, hashes, team, user, models, aliases, type, routes, blocked, expiresAt, limits };
  },
  team: ({ kind, id, models, aliases, blocked, limits, memberLimits }: TeamRecord): TeamRecord => ({
    kind,
    id,
    models,
    aliases,
    blocked,
    limits,
    memberLimits,
  }),
  user: ({ kind, id, role, models, blocked, limits }: UserRecord): UserRecord => ({
    kind,
    id,
    role,
    models,
    blocked,
    limits,
  }),
  member: ({ kind, id, team, user, role, models, limits }: MemberRecord): MemberRecord => ({
    kind,
    id,
    team,
    user,
    role,
    models,
    limits,
  }),
};
