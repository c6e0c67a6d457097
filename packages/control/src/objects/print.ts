import type { KeyRow, MemberRow, Stamps, TeamRow, UserRow } from "@rollcall/store";
import { LATER_VALUES } from "../api/later-fields.ts";
import { printLimits } from "./limits.ts";

export type KeyStatus = "active" | "expired" | "revoked";

export function statusOf({ blocked, expiresAt }: KeyRow, now: number): KeyStatus {
  if (blocked) return "revoked";
  return expiresAt !== null && expiresAt <= now ? "expired" : "active";
}

/** A key as LiteLLM's clients read it. `token` is its id: nothing in it can be made from the secret. */
export function printKey(row: KeyRow, now: number): Readonly<Record<string, unknown>> {
  return {
    token: row.id,
    token_id: row.id,
    key_name: `sk-...${row.lastFour}`,
    key_alias: row.alias,
    ...LATER_VALUES,
    models: row.models,
    aliases: row.aliases,
    config: {},
    user_id: row.user,
    team_id: row.team,
    ...printLimits(row.limits),
    metadata: row.metadata,
    tags: row.tags,
    blocked: row.blocked,
    expires: printTime(row.expiresAt),
    status: statusOf(row, now),
    key_type: row.type,
    allowed_routes: row.routes,
    ...printStamps(row),
  };
}

export function printTeam(row: TeamRow, members: readonly MemberRow[]): Readonly<Record<string, unknown>> {
  return {
    team_id: row.id,
    team_alias: row.alias,
    ...LATER_VALUES,
    models: row.models,
    model_aliases: row.aliases,
    ...printLimits(row.limits),
    team_member_rpm_limit: row.memberLimits.rpm,
    team_member_max_parallel_requests: row.memberLimits.parallel,
    metadata: row.metadata,
    tags: row.tags,
    blocked: row.blocked,
    members_with_roles: members.map(({ user, role }) => ({ user_id: user, role })),
    ...printStamps(row),
  };
}

export function printMembership(row: MemberRow): Readonly<Record<string, unknown>> {
  return {
    user_id: row.user,
    team_id: row.team,
    role: row.role,
    spend: 0,
    budget_id: null,
    litellm_budget_table: null,
    allowed_models: row.models,
    ...printLimits(row.limits),
  };
}

export function printUser(row: UserRow, teams: readonly string[]): Readonly<Record<string, unknown>> {
  return {
    user_id: row.id,
    user_email: row.email,
    user_alias: row.alias,
    user_role: row.role,
    ...LATER_VALUES,
    models: row.models,
    ...printLimits(row.limits),
    metadata: row.metadata,
    tags: row.tags,
    blocked: row.blocked,
    teams,
    ...printStamps(row),
  };
}

function printStamps({ createdAt, createdBy, updatedAt, updatedBy }: Stamps): object {
  return {
    created_at: printTime(createdAt),
    created_by: createdBy,
    updated_at: printTime(updatedAt),
    updated_by: updatedBy,
  };
}

function printTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
