import { forbidden, notFound, type Refusal } from "../api/refusal.ts";
import type { AdminRoute } from "../api/route.ts";
import type { Caller } from "./caller.ts";

/** Refuses routes that are closed to the caller's key, whatever its user may do. Every key may ask about itself. */
export function refuseRoute(
  { isOwnInfo, method, path }: Pick<AdminRoute, "isOwnInfo" | "method" | "path">,
  { key }: Caller,
): Refusal | null {
  if (key === null || isOwnInfo === true) return null;
  // As for a route that there is not: such keys lie in apps.
  if (key.type === "llm_api") return notFound("Not found");
  if (key.type === "read_only" && method !== "GET")
    return forbidden("a key of type read_only changes nothing");
  return key.routes.length === 0 || key.routes.some((route) => isMeant(route, { method, path }))
    ? null
    : forbidden("allowed_routes of this key do not include this one");
}

/** A path, the beginning of one, or one of LiteLLM's groups. */
function isMeant(route: string, { method, path }: Pick<AdminRoute, "method" | "path">): boolean {
  if (route === "management_routes" || (route === "info_routes" && method === "GET")) return true;
  return route.endsWith("*") ? path.startsWith(route.slice(0, -1)) : route === path;
}
