import { err, ok, type Result } from "@rollcall/contract";
import type { AliasReadiness } from "./readiness.ts";

/**
 * How much must be ready. `any`: at least one deployment of all that are asked for; `all`: every one; a number: at least so
 * many of every alias. Null, where nothing was said: at least one of every alias.
 */
export type Requirement = "any" | "all" | number | null;

/** From the values of `?require=`, of which there may be one. */
export function parseRequirement(written: readonly string[]): Result<Requirement, string> {
  const [value, ...others] = written;
  if (value === undefined) return ok(null);
  if (others.length > 0) return err("require was given more than once");
  if (value === "any" || value === "all") return ok(value);
  if (/^[1-9]\d{0,4}$/.test(value)) return ok(Number(value));
  return err(`require must be any, all or a number from 1 to 99999, and not ${JSON.stringify(value)}`);
}

/** Aliases that are drained altogether are in nobody's way, unless they are all that is asked for. */
export function isMet(requirement: Requirement, aliases: readonly AliasReadiness[]): boolean {
  if (requirement === "any") return aliases.some(({ ready }) => ready);
  const wanted = aliases.filter((alias) => !isDrained(alias));
  return (wanted.length === 0 ? aliases : wanted).every((alias) => isMetBy(alias, requirement));
}

function isDrained({ deployments }: AliasReadiness): boolean {
  return deployments.every((deployment) => deployment.isDrained);
}

/** Does this alias stand in nobody's way? */
export function isMetBy({ ready, deployments }: AliasReadiness, requirement: Requirement): boolean {
  if (requirement === "any" || requirement === null || !ready) return ready;
  const count = deployments.filter((deployment) => deployment.ready).length;
  const wanted = deployments.filter((deployment) => !deployment.isDrained).length;
  return count >= (requirement === "all" ? wanted : requirement);
}
