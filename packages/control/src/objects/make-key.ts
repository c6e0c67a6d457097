import type { KeyRow, Row, UserRow } from "@rollcall/store";
import { refuseFields } from "../access/fields.ts";
import { may, relationToKey, relationToTeam } from "../access/permissions.ts";
import { textIn } from "../api/body.ts";
import type { Call, Outcome } from "../api/call.ts";
import { badRequest, forbidden, isRefusal, notFound, type Refusal } from "../api/refusal.ts";
import { refuseWider } from "./child-key.ts";
import { NEW_KEY_FIELDS } from "./key-fields.ts";
import { blankKey, keyAfter } from "./key-rows.ts";
import { printKey } from "./print.ts";
import { digestsOf, faultOfChosenKey, hashOf, makeKeyId, makeSecret } from "./secrets.ts";
import { newUser } from "./user-rows.ts";
import { memberId, type KeyHash } from "@rollcall/contract";

/** A key's secret, which is shown once, and what is kept of it. */
export interface NewSecret {
  readonly secret: string;
  readonly hash: KeyHash;
}

/** The one that a person chose, or a random one. */
export function newSecret(chosen: string | null, { world }: Pick<Call, "world">): NewSecret | Refusal {
  const { chosenKeys, directory, lots } = world;
  if (chosen === null) {
    const secret = makeSecret(lots);
    return { secret, hash: hashOf(secret, { pepper: null }) };
  }
  const fault = faultOfChosenKey(chosen, chosenKeys);
  if (fault !== null) return badRequest(fault, "key");
  const isTaken =
    world.isMasterKey(chosen) ||
    digestsOf(chosen, chosenKeys).some((digest) => directory.keyByDigest(digest) !== null);
  return isTaken
    ? badRequest("this key is in use already: choose another one", "key")
    : { secret: chosen, hash: hashOf(chosen, chosenKeys) };
}

/** POST /key/generate. */
export function generateKey(call: Call): Outcome {
  const { body, caller } = call;
  const team = textIn(body, "team_id");
  const named = textIn(body, "user_id");
  // Who is no admin and names nobody means himself.
  const user = named ?? (caller.role === "proxy_admin" || team !== null ? null : (caller.user?.id ?? null));
  return makeKey({ ...call, body: { ...body, user_id: user } }, { team, user });
}

/** POST /key/service-account/generate: a team's key of no user. */
export function generateServiceAccount(call: Call): Outcome {
  const team = textIn(call.body, "team_id");
  if (team === null) return badRequest("team_id is required: a service account is a team's", "team_id");
  return makeKey({ ...call, body: { ...call.body, user_id: null } }, { team, user: null });
}

interface Owners {
  readonly team: string | null;
  readonly user: string | null;
}

function makeKey(call: Call, owners: Owners): Outcome {
  const { body, now } = call;
  const refusal = refuseOwners(call, owners);
  if (refusal !== null) return refusal;
  const made = keyFor(call, newSecret(textIn(body, "key"), call));
  if (isRefusal(made)) return made;
  const wider = refuseWider(made.row, call.caller);
  if (wider !== null) return wider;
  const user = owners.user === null ? null : missingUser(owners.user, call);
  const put: Row[] = user === null ? [made.row] : [user, made.row];
  return { put, answer: { key: made.secret, ...printKey(made.row, now) } };
}

interface MadeKey {
  readonly row: KeyRow;
  readonly secret: string;
}

/** The row of a new key, by the fields of the call. */
export function keyFor(call: Call, made: NewSecret | Refusal): MadeKey | Refusal {
  if (isRefusal(made)) return made;
  const { hash, secret } = made;
  const row = keyAfter(
    { ...blankKey(makeKeyId(call.world.lots), call), hashes: [hash], lastFour: secret.slice(-4) },
    call,
  );
  return isRefusal(row) ? row : { row, secret };
}

function refuseOwners(call: Call, { team, user }: Owners): Refusal | null {
  const { body, caller, world } = call;
  const { directory } = world;
  const ofTeam = team === null ? null : relationToTeam(caller, team, directory);
  if (team !== null && (directory.team(team) === null || ofTeam === "none"))
    return notFound(`Team not found, passed team_id=${team}`, "team_id");
  const relation = relationToKey(caller, { id: null, team, user }, directory);
  if (!may(relation, "create", "key")) return forbidden("this key may not make keys for others", "user_id");
  if (relation === "team_admin" && user !== null && directory.member(memberId(team ?? "", user)) === null)
    return forbidden("user_id: is no member of the team", "user_id");
  return refuseFields(body, { relation, action: "create key", known: NEW_KEY_FIELDS });
}

/** A user whom only a key names so far. */
function missingUser(id: string, call: Call): UserRow | null {
  return call.world.directory.user(id) === null ? newUser(id, call) : null;
}
