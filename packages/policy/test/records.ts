import {
  NO_LIMITS,
  type KeyRecord,
  type MemberRecord,
  type ScopeLimits,
  type TeamRecord,
  type UserRecord,
} from "@rollcall/contract";
import type { Grantees, Records } from "../src/index.ts";

export const UNLIMITED: ScopeLimits = { ...NO_LIMITS, models: {} };

export function key(of: Partial<KeyRecord> = {}): KeyRecord {
  return {
    kind: "key",
    id: "k1",
    hashes: [],
    team: null,
    user: null,
    models: [],
    aliases: {},
    type: "default",
    routes: [],
    blocked: false,
    expiresAt: null,
    limits: UNLIMITED,
    ...of,
  };
}

export function team(of: Partial<TeamRecord> = {}): TeamRecord {
  return {
    kind: "team",
    id: "t1",
    models: [],
    aliases: {},
    blocked: false,
    limits: UNLIMITED,
    memberLimits: NO_LIMITS,
    ...of,
  };
}

export function user(of: Partial<UserRecord> = {}): UserRecord {
  return {
    kind: "user",
    id: "u1",
    role: "internal_user",
    models: [],
    blocked: false,
    limits: UNLIMITED,
    ...of,
  };
}

export function member(of: Partial<MemberRecord> = {}): MemberRecord {
  return {
    kind: "member",
    id: "t1/u1",
    team: "t1",
    user: "u1",
    role: "user",
    models: [],
    limits: UNLIMITED,
    ...of,
  };
}

export function recordsOf(of: {
  teams?: TeamRecord[];
  users?: UserRecord[];
  members?: MemberRecord[];
}): Records {
  return {
    team: (id) => of.teams?.find((record) => record.id === id),
    user: (id) => of.users?.find((record) => record.id === id),
    member: (id) => of.members?.find((record) => record.id === id),
  };
}

export function grantees(of: Partial<Grantees> = {}): Grantees {
  return { key: key(), team: null, member: null, user: null, ...of };
}
