import type { Grantees } from "./grantees.ts";
import { ALL_TEAM_MODELS, names, NO_DEFAULT_MODELS, type GroupsOf } from "./model-list.ts";

/** Whose list says no. */
export type ModelDenier = "key" | "team" | "member" | "user";

/**
 * May a request with this key go to this alias? Key, team, member and user all have to allow it; an empty list is none of its
 * own. To be asked after aliases were resolved, and again for every fallback. Null: it may.
 */
export function modelDenierOf(grantees: Grantees, alias: string, groupsOf: GroupsOf): ModelDenier | null {
  const { key, team, member, user } = grantees;
  if (!keyAllows(grantees, alias, groupsOf)) return "key";
  if (team !== null && !allows(team.models, alias, groupsOf)) return "team";
  if (member !== null && !allows(member.models, alias, groupsOf)) return "member";
  if (user !== null && !allows(userModels(user.models, key.team !== null), alias, groupsOf)) return "user";
  return null;
}

function keyAllows({ key: { models, team } }: Grantees, alias: string, groupsOf: GroupsOf): boolean {
  // Its team's list is asked anyway; without a team the word names nothing.
  if (team !== null && models.includes(ALL_TEAM_MODELS)) return true;
  return allows(models, alias, groupsOf);
}

function allows(models: readonly string[], alias: string, groupsOf: GroupsOf): boolean {
  return models.length === 0 || names(models, alias, groupsOf);
}

/** `no-default-models`: nothing but through a team. */
function userModels(models: readonly string[], isThroughTeam: boolean): readonly string[] {
  if (!isThroughTeam || !models.includes(NO_DEFAULT_MODELS)) return models;
  return models.filter((model) => model !== NO_DEFAULT_MODELS);
}
