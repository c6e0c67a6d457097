import { memberId } from "@rollcall/contract";
import type { MemberRow, UserRow } from "@rollcall/store";
import { refuseFields } from "../access/fields.ts";
import { textIn, textsIn, type Body } from "../api/body.ts";
import type { Call, Outcome } from "../api/call.ts";
import { badRequest, isRefusal, notFound, type Refusal } from "../api/refusal.ts";
import { namedUser, permittedTeam } from "./find-owner.ts";
import { limitsAfter } from "./limits.ts";
import { printMembership, printTeam, printUser } from "./print.ts";
import { nameOf } from "./row-name.ts";
import { makeOwnerId } from "./secrets.ts";
import { ADD_MEMBER_FIELDS, UPDATE_MEMBER_FIELDS } from "./team-fields.ts";
import { newMember } from "./team-rows.ts";
import { newUser } from "./user-rows.ts";

export interface Added {
  readonly users: readonly UserRow[];
  readonly members: readonly MemberRow[];
}

interface Adding {
  readonly team: string;
  /** Users that there are not are made: an admin alone may. */
  readonly mayMakeUsers: boolean;
  readonly models: readonly string[];
}

/** Rows for members that a request names by id or by email. */
export function membersToAdd(
  sent: readonly Body[],
  { team, mayMakeUsers, models }: Adding,
  call: Call,
): Added | Refusal {
  const { directory } = call.world;
  const users: UserRow[] = [];
  const members: MemberRow[] = [];
  for (const one of sent) {
    const user = userOf(one, call);
    if (isRefusal(user)) return user;
    const isNew = directory.user(user.id) === null;
    if (isNew && !mayMakeUsers) return notFound("User not found: an admin has to make it first", "member");
    if (
      directory.member(memberId(team, user.id)) !== null ||
      members.some((member) => member.user === user.id)
    )
      return badRequest(`User ${user.id} is already in the team`, "member");
    if (isNew) users.push(user);
    const role = one["role"] === "admin" ? "admin" : "user";
    members.push({ ...newMember({ team, user: user.id, role }, call), models });
  }
  return { users, members };
}

/** The user that is meant, or a new one. */
function userOf(sent: Body, call: Call): UserRow | Refusal {
  const { directory, lots } = call.world;
  const [id, email] = [textIn(sent, "user_id"), textIn(sent, "user_email")];
  const known = id === null ? null : directory.user(id);
  const byEmail = email === null ? null : directory.userByEmail(email);
  if (known !== null) return known;
  if (id === null && byEmail !== null) return byEmail;
  if (id === null && email === null) return badRequest("member: user_id or user_email is required", "member");
  if (byEmail !== null) return badRequest("member: this email is another user's", "user_email");
  return { ...newUser(id ?? makeOwnerId(lots), call), email };
}

/** POST /team/member_add. */
export function addMembers(call: Call): Outcome {
  const { body, world } = call;
  const id = textIn(body, "team_id") ?? "";
  const found = permittedTeam(id, { action: "create", kind: "member" }, call);
  if (isRefusal(found)) return found;
  const refusal = refuseFields(body, { ...found, action: "create member", known: ADD_MEMBER_FIELDS });
  if (refusal !== null) return refusal;
  const sent = [body["member"]].flat() as readonly Body[];
  const mayMakeUsers = found.relation === "admin";
  const models = textsIn(body, "allowed_models") ?? [];
  const added = membersToAdd(sent, { team: id, mayMakeUsers, models }, call);
  if (isRefusal(added)) return added;
  const team = printTeam(found.row, [...world.directory.membersOfTeam(id), ...added.members]);
  const users = added.members.flatMap(({ user }) => {
    const row = world.directory.user(user) ?? added.users.find((one) => one.id === user);
    return row === undefined ? [] : [row];
  });
  return {
    put: [...added.users, ...added.members],
    answer: {
      ...team,
      updated_users: users.map((user) => printUser(user, [...teamsOf(user.id, call), id])),
      updated_team_memberships: added.members.map(printMembership),
    },
  };
}

/** POST /team/member_update. */
export function updateMember(call: Call): Outcome {
  const { body, caller, now } = call;
  const found = foundMember(call, "update");
  if (isRefusal(found)) return found;
  const refusal = refuseFields(body, { ...found, action: "update member", known: UPDATE_MEMBER_FIELDS });
  if (refusal !== null) return refusal;
  const member: MemberRow = {
    ...found.row,
    role: (body["role"] ?? found.row.role) as MemberRow["role"],
    limits: limitsAfter(found.row.limits, body),
    updatedAt: now,
    updatedBy: caller.name,
  };
  return { put: [member], answer: printMembership(member) };
}

/** POST /team/member_delete: with the keys that the member has of the team. */
export function deleteMember(call: Call): Outcome {
  const { directory } = call.world;
  const found = foundMember(call, "delete");
  if (isRefusal(found)) return found;
  const { team: id, user } = found.row;
  const team = directory.team(id);
  if (team === null) return notFound(`Team not found, passed team_id=${id}`, "team_id");
  const keys = directory.keysOfUser(user).filter((key) => key.team === id);
  const left = directory.membersOfTeam(id).filter((member) => member.user !== user);
  return { removed: [...keys, found.row].map(nameOf), answer: printTeam(team, left) };
}

function foundMember(call: Call, action: "update" | "delete") {
  const { body, world } = call;
  const id = textIn(body, "team_id") ?? "";
  const team = permittedTeam(id, { action, kind: "member" }, call);
  if (isRefusal(team)) return team;
  const user = namedUser(body, call);
  if (typeof user !== "string") return user;
  const row = world.directory.member(memberId(id, user));
  return row === null
    ? notFound(`User not found in team, passed user_id=${user}`, "user_id")
    : { row, relation: team.relation };
}

/** Ids of the teams that the user is a member of. */
export function teamsOf(user: string, { world }: Pick<Call, "world">): readonly string[] {
  return world.directory.membershipsOf(user).map(({ team }) => team);
}
