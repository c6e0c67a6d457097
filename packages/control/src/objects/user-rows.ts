import { NO_LIMITS, type UserRole } from "@rollcall/contract";
import type { UserRow } from "@rollcall/store";
import { textsIn } from "../api/body.ts";
import type { Call } from "../api/call.ts";
import { textAfter } from "./key-rows.ts";
import { limitsAfter } from "./limits.ts";
import { notesAfter } from "./notes.ts";

export function newUser(id: string, { caller, now }: Pick<Call, "caller" | "now">): UserRow {
  return {
    kind: "user",
    id,
    alias: null,
    email: null,
    role: "internal_user",
    models: [],
    blocked: false,
    limits: { ...NO_LIMITS, models: {} },
    metadata: {},
    tags: [],
    createdAt: now,
    createdBy: caller.name,
    updatedAt: now,
    updatedBy: caller.name,
  };
}

/** The user after a request. What it leaves out stays; null clears. */
export function userAfter(
  row: UserRow,
  { body, caller, now }: Pick<Call, "body" | "caller" | "now">,
): UserRow {
  return {
    ...row,
    ...notesAfter(row, body),
    alias: textAfter(row.alias, body["user_alias"]),
    email: textAfter(row.email, body["user_email"]),
    role: (body["user_role"] ?? row.role) as UserRole,
    models: textsIn(body, "models") ?? row.models,
    blocked: body["blocked"] === undefined ? row.blocked : body["blocked"] === true,
    limits: limitsAfter(row.limits, body),
    updatedAt: now,
    updatedBy: caller.name,
  };
}
