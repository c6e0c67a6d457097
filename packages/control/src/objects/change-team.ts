import type { RowName, TeamRow } from "@rollcall/store";
import { refuseFields } from "../access/fields.ts";
import { textIn, textsIn } from "../api/body.ts";
import type { Call, Outcome } from "../api/call.ts";
import { badRequest, forbidden, isRefusal } from "../api/refusal.ts";
import { may, relationToTeam } from "../access/permissions.ts";
import { permittedTeam } from "./find-owner.ts";
import { membersToAdd } from "./members.ts";
import { printTeam } from "./print.ts";
import { nameOf } from "./row-name.ts";
import { makeOwnerId } from "./secrets.ts";
import { UPDATE_TEAM_FIELDS } from "./team-fields.ts";
import { blankTeam, teamAfter } from "./team-rows.ts";

/** POST /team/new. */
export function newTeam(call: Call): Outcome {
  const { body, caller, world } = call;
  const id = textIn(body, "team_id") ?? makeOwnerId(world.lots);
  if (!may(relationToTeam(caller, id, world.directory), "create", "team"))
    return forbidden("this key may not make teams");
  if (world.directory.team(id) !== null)
    return badRequest(`Team id = ${id} already exists. Please use a different team id.`, "team_id");
  const team = teamAfter(blankTeam(id, call), call);
  const sent = (body["members_with_roles"] ?? []) as readonly Readonly<Record<string, unknown>>[];
  const added = membersToAdd(sent, { team: id, mayMakeUsers: true, models: [] }, call);
  if (isRefusal(added)) return added;
  return { put: [team, ...added.users, ...added.members], answer: printTeam(team, added.members) };
}

/** POST /team/update and PATCH /team/{id}. */
export function updateTeam(call: Call): Outcome {
  const { body, params, world } = call;
  const id = params["team_id"] ?? textIn(body, "team_id");
  if (id === null) return badRequest("team_id is required", "team_id");
  const found = permittedTeam(id, { action: "update" }, call);
  if (isRefusal(found)) return found;
  const refusal = refuseFields(body, { ...found, action: "update team", known: UPDATE_TEAM_FIELDS });
  if (refusal !== null) return refusal;
  const team = teamAfter(found.row, call);
  const data = printTeam(team, world.directory.membersOfTeam(id));
  return { put: [team], answer: { team_id: id, data } };
}

/** POST /team/block and /team/unblock: all keys of the team at once. */
export function blockTeam(call: Call, blocked: boolean): Outcome {
  const { body, caller, now, world } = call;
  const id = textIn(body, "team_id") ?? "";
  const found = permittedTeam(id, { action: "block" }, call);
  if (isRefusal(found)) return found;
  const team: TeamRow = { ...found.row, blocked, updatedAt: now, updatedBy: caller.name };
  return { put: [team], answer: printTeam(team, world.directory.membersOfTeam(id)) };
}

/** POST /team/delete: with its keys, which would otherwise hold on without its limits, and its memberships. */
export function deleteTeams(call: Call): Outcome {
  const { body, world } = call;
  const ids = [...new Set(textsIn(body, "team_ids") ?? [])];
  const removed: RowName[] = [];
  for (const id of ids) {
    const found = permittedTeam(id, { action: "delete" }, call);
    if (isRefusal(found)) return found;
    removed.push(
      ...world.directory.keysOfTeam(id).map(nameOf),
      ...world.directory.membersOfTeam(id).map(nameOf),
      nameOf(found.row),
    );
  }
  return { removed, answer: { deleted_teams: ids } };
}
