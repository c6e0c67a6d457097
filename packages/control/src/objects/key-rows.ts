import { NO_LIMITS, type KeyType } from "@rollcall/contract";
import type { KeyRow } from "@rollcall/store";
import { textsIn, type Body } from "../api/body.ts";
import type { Call } from "../api/call.ts";
import { badRequest, type Refusal } from "../api/refusal.ts";
import { endOf } from "./lifetime.ts";
import { limitsAfter } from "./limits.ts";
import { notesAfter } from "./notes.ts";

/** A key with nothing but its id: what a request says is put upon it. */
export function blankKey(id: string, { caller, now }: Pick<Call, "caller" | "now">): KeyRow {
  return {
    kind: "key",
    id,
    alias: null,
    lastFour: "",
    hashes: [],
    team: null,
    user: null,
    models: [],
    aliases: {},
    type: "default",
    routes: [],
    blocked: false,
    expiresAt: null,
    limits: { ...NO_LIMITS, models: {} },
    metadata: {},
    tags: [],
    createdAt: now,
    createdBy: caller.name,
    updatedAt: now,
    updatedBy: caller.name,
  };
}

/** The key after a request. What it leaves out stays; null clears. */
export function keyAfter(row: KeyRow, call: Call): KeyRow | Refusal {
  const { body, caller, now } = call;
  const alias = textAfter(row.alias, body["key_alias"]);
  const fault = aliasFault(alias, row, call);
  if (fault !== null) return fault;
  const expiresAt = expiryAfter(row.expiresAt, { body, now });
  if (expiresAt === "unreadable")
    return badRequest("duration is none of 30s, 12h, 30d, 2w, 1mo: it is not understood", "duration");
  return {
    ...row,
    ...notesAfter(row, body),
    alias,
    team: textAfter(row.team, body["team_id"]),
    user: textAfter(row.user, body["user_id"]),
    models: textsIn(body, "models") ?? row.models,
    aliases: (body["aliases"] === undefined ? row.aliases : (body["aliases"] ?? {})) as KeyRow["aliases"],
    type: (body["key_type"] ?? row.type) as KeyType,
    routes: textsIn(body, "allowed_routes") ?? row.routes,
    blocked: body["blocked"] === undefined ? row.blocked : body["blocked"] === true,
    expiresAt,
    limits: limitsAfter(row.limits, body),
    hashes: row.hashes.filter(({ until }) => until === null || until > now),
    updatedAt: now,
    updatedBy: caller.name,
  };
}

function aliasFault(alias: string | null, { id }: KeyRow, { world }: Call): Refusal | null {
  const other = alias === null ? null : world.directory.keyByAlias(alias);
  if (other === null || other.id === id) return null;
  return badRequest(
    `Key with alias '${alias}' already exists. Unique key aliases across all keys are required.`,
    "key_alias",
  );
}

export function textAfter(before: string | null, sent: unknown): string | null {
  return sent === undefined ? before : (sent as string | null);
}

function expiryAfter(
  before: number | null,
  { body, now }: { readonly body: Body; readonly now: number },
): number | null | "unreadable" {
  const { duration } = body as { readonly duration?: string | null };
  if (duration === undefined) return before;
  if (duration === null || duration === "-1" || duration === "") return null;
  return endOf(duration, now) ?? "unreadable";
}
