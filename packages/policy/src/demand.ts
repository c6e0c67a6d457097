import type { Limits, Scope, ScopeLimits } from "@rollcall/contract";
import { GLOBAL_SCOPE, keyScope, memberScope, modelScope, teamScope, userScope, withModel } from "./scope.ts";
import type { Grantees } from "./grantees.ts";

/** What a request asks for in one scope that has a limit: one request, one slot. */
export interface Demand {
  readonly scope: Scope;
  /** At least one of them is not null. */
  readonly limits: Limits;
}

/**
 * What a request for this alias has to be admitted by: each scope that has a limit, from the widest to the narrowest. All
 * requests have them in this order, so that two of them never wait for each other. `shared`: of the gateway and its models.
 */
export function demandsOf(grantees: Grantees, alias: string, shared: ScopeLimits): readonly Demand[] {
  const { key, team, member, user } = grantees;
  const found: Demand[] = [];
  add(found, GLOBAL_SCOPE, shared);
  if (Object.hasOwn(shared.models, alias)) add(found, modelScope(alias), shared.models[alias]);
  if (team !== null) addBoth(found, teamScope(team.id), { limits: team.limits, alias });
  if (member !== null) addBoth(found, memberScope(member.id), { limits: member.limits, alias });
  if (user !== null) addBoth(found, userScope(user.id), { limits: user.limits, alias });
  addBoth(found, keyScope(key.id), { limits: key.limits, alias });
  return found;
}

function addBoth(found: Demand[], scope: Scope, of: { limits: ScopeLimits; alias: string }): void {
  add(found, scope, of.limits);
  if (Object.hasOwn(of.limits.models, of.alias))
    add(found, withModel(scope, of.alias), of.limits.models[of.alias]);
}

function add(found: Demand[], scope: Scope, limits: Limits | undefined): void {
  if (limits === undefined || (limits.rpm === null && limits.parallel === null)) return;
  found.push({ scope, limits: { rpm: limits.rpm, parallel: limits.parallel } });
}
