import { suggest, type Config } from "@rollcall/contract";
import type { RoutingTable } from "./table.ts";

/** What an app may be told of, and what is told apart for it. */
interface Names {
  readonly table: Pick<RoutingTable, "listed">;
  readonly config: Pick<Config, "deployments">;
}

const MOST_WRONG = 2;

/** Longer names are no slip of the hand, and comparing them takes time. */
const LONGEST = 100;

/**
 * The listed alias that was probably meant by a name that does not exist: one that differs by two letters at most, or whose
 * server's name it is. Only aliases are ever told.
 */
export function meantAlias(
  name: string,
  { table: { listed }, config: { deployments } }: Names,
): string | null {
  if (name.length > LONGEST) return null;
  const served = deployments.find(({ expected, alias }) => expected === name && listed.includes(alias));
  if (served !== undefined) return served.alias;
  // Behind a wildcard an alias ends with the server's name.
  const longer = listed.find((alias) => alias.endsWith(`/${name}`));
  if (longer !== undefined) return longer;
  const near = listed.filter((alias) => Math.abs(alias.length - name.length) <= MOST_WRONG);
  // Letters that changed places are two; half of a short name is no slip.
  return suggest(name, near, Math.min(MOST_WRONG, Math.floor(name.length / 2)));
}
