import type { MemberRow, Row, RowName, UserRow } from "@rollcall/store";
import { refuseFields } from "../access/fields.ts";
import { may, relationToUser } from "../access/permissions.ts";
import { textIn, textsIn } from "../api/body.ts";
import type { Call, Outcome } from "../api/call.ts";
import { badRequest, forbidden, isRefusal, notFound, type Refusal } from "../api/refusal.ts";
import { namedUser, permittedUser } from "./find-owner.ts";
import { keyFor, newSecret } from "./make-key.ts";
import { teamsOf } from "./members.ts";
import { printKey, printUser } from "./print.ts";
import { nameOf } from "./row-name.ts";
import { makeOwnerId } from "./secrets.ts";
import { newMember } from "./team-rows.ts";
import { UPDATE_USER_FIELDS } from "./user-fields.ts";
import { newUser, userAfter } from "./user-rows.ts";

/** POST /user/new, with a key unless none is wanted. */
export function createUser(call: Call): Outcome {
  const { body, caller, now, world } = call;
  const id = textIn(body, "user_id") ?? makeOwnerId(world.lots);
  if (!may(relationToUser(caller, id), "create", "user")) return forbidden("this key may not make users");
  if (world.directory.user(id) !== null) return conflict(`User with id ${id} already exists`, "user_id");
  const user = userAfter(newUser(id, call), call);
  const taken = refuseEmail(user, call);
  if (taken !== null) return taken;
  const members = memberships(id, call);
  if (isRefusal(members)) return members;
  const printed = printUser(
    user,
    members.map(({ team }) => team),
  );
  const put: Row[] = [user, ...members];
  if (body["auto_create_key"] === false) return { put, answer: { key: null, ...printed } };
  // Limits and models are the user's: the key needs none of its own.
  const own = {
    user_id: id,
    key_alias: body["key_alias"],
    duration: body["duration"],
    aliases: body["aliases"],
  };
  const made = keyFor({ ...call, body: own }, newSecret(null, call));
  if (isRefusal(made)) return made;
  const { row, secret } = made;
  return { put: [...put, row], answer: { ...printKey(row, now), ...printed, key: secret } };
}

function memberships(user: string, call: Call): readonly MemberRow[] | Refusal {
  const members: MemberRow[] = [];
  for (const one of (call.body["teams"] ?? []) as readonly (string | Readonly<Record<string, unknown>>)[]) {
    const team = typeof one === "string" ? one : String(one["team_id"]);
    const role = typeof one !== "string" && one["user_role"] === "admin" ? "admin" : "user";
    if (call.world.directory.team(team) === null)
      return notFound(`Team not found, passed team_id=${team}`, "teams");
    if (members.some((member) => member.team === team))
      return badRequest(`teams: ${team} stands there twice`, "teams");
    members.push(newMember({ team, user, role }, call));
  }
  return members;
}

/** POST /user/update, by id or email. */
export function updateUser(call: Call): Outcome {
  const { body } = call;
  const id = namedUser(body, call);
  if (typeof id !== "string") return id;
  const found = permittedUser(id, "update", call);
  if (isRefusal(found)) return found;
  const refusal = refuseFields(body, { ...found, action: "update user", known: UPDATE_USER_FIELDS });
  if (refusal !== null) return refusal;
  const user = userAfter(found.row, call);
  const taken = refuseEmail(user, call);
  if (taken !== null) return taken;
  const printed = printUser(user, teamsOf(id, call));
  return { put: [user], answer: { user_id: id, data: printed } };
}

/** POST /user/delete: with their keys and memberships. */
export function deleteUsers(call: Call): Outcome {
  const { body, world } = call;
  const ids = [...new Set(textsIn(body, "user_ids") ?? [])];
  const removed: RowName[] = [];
  for (const id of ids) {
    const found = permittedUser(id, "delete", call);
    if (isRefusal(found)) return found;
    removed.push(
      ...world.directory.keysOfUser(id).map(nameOf),
      ...world.directory.membershipsOf(id).map(nameOf),
      nameOf(found.row),
    );
  }
  return { removed, answer: { deleted_users: ids } };
}

function refuseEmail({ id, email }: UserRow, { world }: Call): Refusal | null {
  const other = email === null ? null : world.directory.userByEmail(email);
  return other === null || other.id === id
    ? null
    : conflict("User with this email already exists", "user_email");
}

function conflict(message: string, param: string): Refusal {
  return { status: 409, message, type: "bad_request_error", param };
}
