import type { KeyRow } from "@rollcall/store";
import type { Caller } from "../access/caller.ts";
import { forbidden, type Refusal } from "../api/refusal.ts";

/**
 * Refuses a key that could do more than the key that makes it. What its user and team may not, gateways keep it from at
 * every request.
 */
export function refuseWider({ models, routes }: KeyRow, { role, key }: Caller): Refusal | null {
  if (role === "proxy_admin" || key === null) return null;
  if (isWider(models, key.models))
    return forbidden("models: this key may pass on only models that it has itself", "models");
  return isWider(routes, key.routes)
    ? forbidden("allowed_routes: this key may pass on only routes that it has itself", "allowed_routes")
    : null;
}

/** An empty list stands for all. */
function isWider(child: readonly string[], parent: readonly string[]): boolean {
  if (parent.length === 0) return false;
  return child.length === 0 || child.some((one) => !parent.includes(one));
}
