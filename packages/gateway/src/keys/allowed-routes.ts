import type { KeyRecord, KeyType } from "@rollcall/contract";

/** Paths that do the same, and LiteLLM's groups that they are of. */
export interface CalledRoute {
  readonly paths: readonly string[];
  readonly groups: readonly string[];
}

/** What the gateway answers beside models: lists of them, and what is known of them. */
export const INFO_GROUPS: readonly string[] = ["info_routes", "llm_api_routes", "openai_routes"];

/** Groups of which a key of that type may call something; null: all. */
const GROUPS_OF_TYPE: Readonly<Record<KeyType, string | null>> = {
  default: null,
  llm_api: "llm_api_routes",
  read_only: "info_routes",
  management: "info_routes",
};

/** The groups of an endpoint, by whose clients it is for. */
export function groupsOf(dialect: string): readonly string[] {
  return ["llm_api_routes", dialect === "anthropic" ? "anthropic_routes" : "openai_routes"];
}

/** May the key call it? A path that is listed stands for the others that do the same: an alias of it is no way around. */
export function mayCall({ type, routes }: Pick<KeyRecord, "type" | "routes">, called: CalledRoute): boolean {
  const group = GROUPS_OF_TYPE[type];
  if (group !== null && !called.groups.includes(group)) return false;
  return routes.length === 0 || routes.some((route) => isMeant(route, called));
}

function isMeant(route: string, { paths, groups }: CalledRoute): boolean {
  if (groups.includes(route) || paths.includes(route)) return true;
  if (!route.endsWith("*")) return false;
  const start = route.slice(0, -1);
  return paths.some((path) => path.startsWith(start));
}
