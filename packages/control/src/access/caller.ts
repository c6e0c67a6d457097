import type { UserRole } from "@rollcall/contract";
import type { KeyRow, UserRow } from "@rollcall/store";

/** Who asks, once the credential has been found good. */
export interface Caller {
  /** As the audit log names it: `master_key`, a user's id, or the id of a key without a user. */
  readonly name: string;
  /** Null: a key of nobody, which may look at itself. */
  readonly role: UserRole | null;
  readonly key: KeyRow | null;
  readonly user: UserRow | null;
}

export const MASTER: Caller = { name: "master_key", role: "proxy_admin", key: null, user: null };

/** A key that calls models speaks for itself alone, whoever's it is. */
export function callerOf(key: KeyRow, user: UserRow | null): Caller {
  const name = user?.id ?? key.id;
  if (key.type === "llm_api") return { name, role: null, key, user: null };
  return { name, role: user?.role ?? null, key, user };
}
