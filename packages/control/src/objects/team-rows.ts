import { memberId, NO_LIMITS } from "@rollcall/contract";
import type { MemberRow, TeamRow } from "@rollcall/store";
import { textsIn } from "../api/body.ts";
import type { Call } from "../api/call.ts";
import { textAfter } from "./key-rows.ts";
import { limitsAfter, memberLimitsAfter, NO_SCOPE_LIMITS } from "./limits.ts";
import { notesAfter } from "./notes.ts";

type Author = Pick<Call, "caller" | "now">;

export function blankTeam(id: string, { caller, now }: Author): TeamRow {
  return {
    kind: "team",
    id,
    alias: null,
    models: [],
    aliases: {},
    blocked: false,
    limits: NO_SCOPE_LIMITS,
    memberLimits: NO_LIMITS,
    metadata: {},
    tags: [],
    createdAt: now,
    createdBy: caller.name,
    updatedAt: now,
    updatedBy: caller.name,
  };
}

/** The team after a request. What it leaves out stays; null clears. */
export function teamAfter(row: TeamRow, { body, caller, now }: Pick<Call, "body"> & Author): TeamRow {
  const aliases = body["model_aliases"];
  return {
    ...row,
    ...notesAfter(row, body),
    alias: textAfter(row.alias, body["team_alias"]),
    models: textsIn(body, "models") ?? row.models,
    aliases: aliases === undefined ? row.aliases : ((aliases ?? {}) as TeamRow["aliases"]),
    blocked: body["blocked"] === undefined ? row.blocked : body["blocked"] === true,
    limits: limitsAfter(row.limits, body),
    memberLimits: memberLimitsAfter(row.memberLimits, body),
    updatedAt: now,
    updatedBy: caller.name,
  };
}

export function newMember(
  { team, user, role }: Pick<MemberRow, "team" | "user" | "role">,
  { caller, now }: Author,
): MemberRow {
  return {
    kind: "member",
    id: memberId(team, user),
    team,
    user,
    role,
    models: [],
    limits: NO_SCOPE_LIMITS,
    createdAt: now,
    createdBy: caller.name,
    updatedAt: now,
    updatedBy: caller.name,
  };
}
