import { blockTeam, deleteTeams, newTeam, updateTeam } from "../objects/change-team.ts";
import { listTeams, listTeamsByPage, teamInfo } from "../objects/look-at-teams.ts";
import { addMembers, deleteMember, updateMember } from "../objects/members.ts";
import {
  ADD_MEMBER_FIELDS,
  DELETE_MEMBER_FIELDS,
  NEW_TEAM_FIELDS,
  UPDATE_MEMBER_FIELDS,
  UPDATE_TEAM_FIELDS,
} from "../objects/team-fields.ts";
import type { AdminRoute } from "./route.ts";
import { NAME, objectOf, PAGE, PAGE_SIZE, SOME_NAMES } from "./schemas.ts";

const { team_id: _team, ...PATCHED } = UPDATE_TEAM_FIELDS;

export const TEAM_ROUTES: readonly AdminRoute[] = [
  {
    method: "POST",
    path: "/team/new",
    summary: "Make a team.",
    body: objectOf(NEW_TEAM_FIELDS),
    decide: newTeam,
  },
  {
    method: "POST",
    path: "/team/update",
    summary: "Change a team. What is left out stays; null clears.",
    body: objectOf(UPDATE_TEAM_FIELDS, ["team_id"]),
    decide: updateTeam,
  },
  {
    method: "PATCH",
    path: "/team/:team_id",
    summary: "The same, with the team in the path.",
    body: objectOf(PATCHED),
    decide: updateTeam,
  },
  {
    method: "POST",
    path: "/team/delete",
    summary: "Delete teams with their keys.",
    body: objectOf({ team_ids: SOME_NAMES }, ["team_ids"]),
    decide: deleteTeams,
  },
  ...[true, false].map((blocked): AdminRoute => ({
    method: "POST",
    path: blocked ? "/team/block" : "/team/unblock",
    summary: blocked ? "Refuse all keys of a team until it is unblocked." : "Take the keys of a team again.",
    body: objectOf({ team_id: NAME }, ["team_id"]),
    decide: (call) => blockTeam(call, blocked),
  })),
  {
    method: "GET",
    path: "/team/info",
    summary: "A team with its members and keys.",
    query: { team_id: NAME },
    decide: teamInfo,
  },
  {
    method: "GET",
    path: "/team/list",
    summary: "Teams that the caller may see, at most 1000.",
    query: { user_id: NAME, team_alias: NAME },
    decide: listTeams,
  },
  {
    method: "GET",
    path: "/v2/team/list",
    summary: "Teams that the caller may see, by pages.",
    query: { page: PAGE, page_size: PAGE_SIZE, user_id: NAME, team_alias: NAME },
    decide: listTeamsByPage,
  },
  {
    method: "POST",
    path: "/team/member_add",
    summary: "Add members to a team; users that there are not are made.",
    body: objectOf(ADD_MEMBER_FIELDS, ["team_id", "member"]),
    decide: addMembers,
  },
  {
    method: "POST",
    path: "/team/member_update",
    summary: "Change a member's role or limits.",
    body: objectOf(UPDATE_MEMBER_FIELDS, ["team_id"]),
    decide: updateMember,
  },
  {
    method: "POST",
    path: "/team/member_delete",
    summary: "Remove a member with its keys of the team.",
    body: objectOf(DELETE_MEMBER_FIELDS, ["team_id"]),
    decide: deleteMember,
  },
];
