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

export function isMet(requirement: Requirement, aliases: readonly AliasReadiness[]): boolean {
  if (requirement === "any") return aliases.some(({ ready }) => ready);
  return aliases.every((alias) => isMetBy(alias, requirement));
}

/** Does this alias stand in nobody's way? */
export function isMetBy({ ready, deployments }: AliasReadiness, requirement: Requirement): boolean {
  if (requirement === "any" || requirement === null) return ready;
  const count = deployments.filter((deployment) => deployment.ready).length;
  return count >= (requirement === "all" ? deployments.length : requirement);
}
