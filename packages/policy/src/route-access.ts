import type { KeyRecord, KeyType } from "@rollcall/contract";
import { isWildcard, matchesWildcard } from "./wildcard.ts";

/** LiteLLM's names for groups of routes, as `allowed_routes` may have them. */
export const ROUTE_GROUPS = [
  "llm_api_routes",
  "openai_routes",
  "anthropic_routes",
  "management_routes",
  "info_routes",
] as const;
export type RouteGroup = (typeof ROUTE_GROUPS)[number];

/** What is called. */
export interface Route {
  /** Every path that it has, so that one of them in a list allows all: `/v1/chat/completions`, `/chat/completions`. */
  readonly paths: readonly string[];
  readonly groups: readonly RouteGroup[];
}

/** What a key of the type is for; null: everything that its user may. */
const GROUP_OF: Readonly<Record<KeyType, RouteGroup | null>> = {
  default: null,
  llm_api: "llm_api_routes",
  management: "management_routes",
  read_only: "info_routes",
};

/** Its type and, where it has some, its routes have to allow it. What a person may there is not asked here. */
export function mayUseRoute({ type, routes }: Pick<KeyRecord, "type" | "routes">, route: Route): boolean {
  const group = GROUP_OF[type];
  if (group !== null && !route.groups.includes(group)) return false;
  return routes.length === 0 || routes.some((allowed) => isOf(route, allowed));
}

function isOf({ paths, groups }: Route, allowed: string): boolean {
  if (groups.some((group) => group === allowed)) return true;
  if (isWildcard(allowed)) return paths.some((path) => matchesWildcard(allowed, path));
  return paths.includes(allowed);
}
