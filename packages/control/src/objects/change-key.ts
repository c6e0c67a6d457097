import type { KeyHash } from "@rollcall/contract";
import type { KeyRow } from "@rollcall/store";
import { refuseFields } from "../access/fields.ts";
import { textIn, textsIn, type Body } from "../api/body.ts";
import type { Call, Outcome } from "../api/call.ts";
import { badRequest, isRefusal, notFound, type Refusal } from "../api/refusal.ts";
import { permittedKey, resolveKey, type FoundKey } from "./find-key.ts";
import { REGENERATE_FIELDS, UPDATE_KEY_FIELDS } from "./key-fields.ts";
import { keyAfter } from "./key-rows.ts";
import { endOf } from "./lifetime.ts";
import { newSecret } from "./make-key.ts";
import { printKey } from "./print.ts";

/** POST /key/update, by key or, without one, by alias. */
export function updateKey(call: Call): Outcome {
  const { body, now } = call;
  const name = textIn(body, "key");
  const alias = textIn(body, "key_alias");
  if (name === null && alias === null) return badRequest("key or key_alias is required", "key");
  const row = name === null ? call.world.directory.keyByAlias(alias ?? "") : resolveKey(name, call);
  const found = permittedKey(row, "update", call);
  if (isRefusal(found)) return found;
  const refusal =
    refuseFields(body, { ...found, action: "update key", known: UPDATE_KEY_FIELDS }) ??
    refuseMove(found, call);
  if (refusal !== null) return refusal;
  const after = keyAfter(found.row, call);
  return isRefusal(after)
    ? after
    : { put: [after], answer: { key: name ?? after.id, ...printKey(after, now) } };
}

/** To a team or a user that there is. */
function refuseMove({ row }: FoundKey, { body, world }: Call): Refusal | null {
  const [team, user] = [textIn(body, "team_id"), textIn(body, "user_id")];
  if (team !== null && team !== row.team && world.directory.team(team) === null)
    return notFound(`Team not found, passed team_id=${team}`, "team_id");
  return user !== null && user !== row.user && world.directory.user(user) === null
    ? notFound(`User not found, passed user_id=${user}`, "user_id")
    : null;
}

/** POST /key/block and /key/unblock. */
export function blockKey(call: Call, blocked: boolean): Outcome {
  const { body, caller, now } = call;
  const found = permittedKey(resolveKey(textIn(body, "key") ?? "", call), "block", call);
  if (isRefusal(found)) return found;
  const after: KeyRow = { ...found.row, blocked, updatedAt: now, updatedBy: caller.name };
  return { put: [after], answer: printKey(after, now) };
}

/** POST /key/delete: all that are named, or none where one of them is not the caller's to delete. */
export function deleteKeys(call: Call): Outcome {
  const { body, world } = call;
  const [names, aliases] = [textsIn(body, "keys") ?? [], textsIn(body, "key_aliases") ?? []];
  if (names.length + aliases.length === 0) return badRequest("keys or key_aliases is required", "keys");
  const named = [
    ...names.map((name) => ({ name, row: resolveKey(name, call) })),
    ...aliases.map((name) => ({ name, row: world.directory.keyByAlias(name) })),
  ];
  const deleted: string[] = [];
  const ids = new Set<string>();
  for (const { name, row } of named) {
    const found = permittedKey(row, "delete", call);
    if (isRefusal(found) && found.status !== 404) return found;
    if (isRefusal(found)) continue;
    deleted.push(name);
    ids.add(found.row.id);
  }
  if (ids.size === 0) return notFound("Key not found: none of the keys is there", "keys");
  return { removed: [...ids].map((id) => ({ kind: "key", id })), answer: { deleted_keys: deleted } };
}

/** POST /key/regenerate and /key/{key}/regenerate: another secret for the same key; the old one holds until the grace ends. */
export function regenerateKey(call: Call): Outcome {
  const { body, caller, now, params } = call;
  const name = params["key"] ?? textIn(body, "key");
  if (name === null && caller.key === null) return badRequest("key is required", "key");
  const row = name === null ? caller.key : resolveKey(name, call);
  const found = permittedKey(row, "update", call);
  if (isRefusal(found)) return found;
  const until = graceEnd(body, now);
  if (until === null)
    return badRequest("grace_period is none of 30s, 12h, 30d: it is not understood", "grace_period");
  const refusal =
    refuseFields(body, { ...found, action: "update key", known: REGENERATE_FIELDS }) ??
    refuseMove(found, call);
  if (refusal !== null) return refusal;
  const made = newSecret(textIn(body, "new_key"), call);
  if (isRefusal(made)) return made;
  const after = keyAfter(found.row, call);
  if (isRefusal(after)) return after;
  const hashes = [made.hash, ...after.hashes.flatMap((hash) => graced(hash, { until, now }))];
  const regenerated = { ...after, hashes, lastFour: made.secret.slice(-4) };
  return { put: [regenerated], answer: { key: made.secret, ...printKey(regenerated, now) } };
}

/** When the old secret ends: now where no grace is asked for. Null: what was asked for is not understood. */
function graceEnd(body: Body, now: number): number | null {
  const asked = textIn(body, "grace_period") ?? "";
  return asked === "" || asked === "0s" ? now : endOf(asked, now);
}

function graced(
  hash: KeyHash,
  { until, now }: { readonly until: number; readonly now: number },
): readonly KeyHash[] {
  const end = Math.min(hash.until ?? until, until);
  return end > now ? [{ ...hash, until: end }] : [];
}
