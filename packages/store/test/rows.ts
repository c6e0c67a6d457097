import { memberId, NO_LIMITS } from "@rollcall/contract";
import type { AuditEntry, Change, KeyQuery, KeyRow, MemberRow, Row, TeamRow, UserRow } from "../src/index.ts";

const STAMPS = { createdAt: 1_000, createdBy: "master_key", updatedAt: 1_000, updatedBy: "master_key" };
const LIMITS = { ...NO_LIMITS, models: {} };
const NOTES = { metadata: {}, tags: [] };

export function key(id: string, more: Partial<KeyRow> = {}): KeyRow {
  return {
    kind: "key",
    id,
    alias: null,
    lastFour: "abcd",
    hashes: [{ method: "sha256", digest: `digest-${id}`, until: null }],
    team: null,
    user: null,
    models: [],
    aliases: {},
    type: "default",
    routes: [],
    blocked: false,
    expiresAt: null,
    limits: LIMITS,
    ...NOTES,
    ...STAMPS,
    ...more,
  };
}

export function team(id: string, more: Partial<TeamRow> = {}): TeamRow {
  return {
    kind: "team",
    id,
    alias: null,
    models: [],
    aliases: {},
    blocked: false,
    limits: LIMITS,
    memberLimits: NO_LIMITS,
    ...NOTES,
    ...STAMPS,
    ...more,
  };
}

export function user(id: string, more: Partial<UserRow> = {}): UserRow {
  return {
    kind: "user",
    id,
    alias: null,
    email: null,
    role: "internal_user",
    models: [],
    blocked: false,
    limits: LIMITS,
    ...NOTES,
    ...STAMPS,
    ...more,
  };
}

export function member(ofTeam: string, ofUser: string): MemberRow {
  return {
    kind: "member",
    id: memberId(ofTeam, ofUser),
    team: ofTeam,
    user: ofUser,
    role: "user",
    models: [],
    limits: LIMITS,
    ...STAMPS,
  };
}

export function entry(objectId: string, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at: 2_000,
    actor: "master_key",
    action: "POST /key/generate",
    objectKind: "key",
    objectId,
    before: null,
    after: { id: objectId },
    requestId: null,
    ...more,
  };
}

/** A change that puts these rows, with an entry for each. */
export function put(...rows: readonly Row[]): Change {
  return { put: rows, removed: [], audit: rows.map(({ id, kind }) => entry(id, { objectKind: kind })) };
}

export function removed(...rows: readonly Row[]): Change {
  return {
    put: [],
    removed: rows.map(({ id, kind }) => ({ id, kind })),
    audit: rows.map(({ id, kind }) => entry(id, { objectKind: kind, after: null })),
  };
}

export const ALL_KEYS: KeyQuery = {
  page: 1,
  size: 100,
  sort: "created_at",
  descending: false,
  seenBy: null,
  named: false,
  user: null,
  team: null,
  id: null,
  alias: null,
  search: null,
  status: null,
  now: 5_000,
};
