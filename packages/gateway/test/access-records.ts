import {
  NO_LIMITS,
  type KeyRecord,
  type KeySnapshot,
  type AccessRecord,
  type ScopeLimits,
  type TeamRecord,
  type UserRecord,
} from "@rollcall/contract";
import { sha256Of } from "@rollcall/runtime";

export const UNLIMITED: ScopeLimits = { ...NO_LIMITS, models: {} };

/** A key that may do everything, but for what is said. `secret`: what apps send. */
export function keyRecord(secret: string, facts: Partial<KeyRecord> = {}): KeyRecord {
  return {
    kind: "key",
    id: `id-of-${secret}`,
    hashes: [{ method: "sha256", digest: sha256Of(secret), until: null }],
    team: null,
    user: null,
    models: [],
    aliases: {},
    type: "default",
    routes: [],
    blocked: false,
    expiresAt: null,
    limits: UNLIMITED,
    ...facts,
  };
}

export function teamRecord(id: string, facts: Partial<TeamRecord> = {}): TeamRecord {
  const nothing = { models: [], aliases: {}, blocked: false, limits: UNLIMITED, memberLimits: NO_LIMITS };
  return { kind: "team", id, ...nothing, ...facts };
}

export function userRecord(id: string, facts: Partial<UserRecord> = {}): UserRecord {
  return { kind: "user", id, role: "internal_user", models: [], blocked: false, limits: UNLIMITED, ...facts };
}

export function keySnapshot(records: readonly AccessRecord[], facts: Partial<KeySnapshot> = {}): KeySnapshot {
  const control = { instance: "control-1", startedAt: 0 };
  return { sequence: 1, writtenAt: 0, intervalMs: 1_000, control, records, ...facts };
}
