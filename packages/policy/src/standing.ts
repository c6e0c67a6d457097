import type { KeyHash } from "@rollcall/contract";
import type { Grantees } from "./grantees.ts";

/** Why a key opens nothing, whatever is asked for. */
export type KeyFault =
  | { readonly kind: "blocked"; readonly by: "key" | "team" | "user" }
  | { readonly kind: "expired" };

/** Null: the key is good. `now`: epoch milliseconds. */
export function keyFaultOf(
  { key, team, user }: Pick<Grantees, "key" | "team" | "user">,
  now: number,
): KeyFault | null {
  if (key.blocked) return { kind: "blocked", by: "key" };
  if (team?.blocked === true) return { kind: "blocked", by: "team" };
  if (user?.blocked === true) return { kind: "blocked", by: "user" };
  if (key.expiresAt !== null && key.expiresAt <= now) return { kind: "expired" };
  return null;
}

/** The secret of a key that was regenerated opens it for a while yet; then it is one that nobody knows. */
export function isCurrent({ until }: Pick<KeyHash, "until">, now: number): boolean {
  return until === null || now < until;
}
