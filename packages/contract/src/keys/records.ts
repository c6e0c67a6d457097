import { isSameValue } from "../is-same-value.ts";

/** What one scope may use. Null: no limit. */
export interface Limits {
  /** Requests a minute. */
  readonly rpm: number | null;
  /** Requests under way at once. */
  readonly parallel: number | null;
}

export const NO_LIMITS: Limits = { rpm: null, parallel: null };

/** Limits of a scope, and those that hold for one model of it alone, by alias. */
export interface ScopeLimits extends Limits {
  readonly models: Readonly<Record<string, Limits>>;
}

/** What is kept of a secret. The secret itself is nowhere. */
export interface KeyHash {
  /** `sha256`: of a random key. `hmac`: with the pepper, of one that a person chose. */
  readonly method: "sha256" | "hmac";
  /** base64url without padding. */
  readonly digest: string;
  /** Epoch milliseconds after which it opens nothing; null: as long as the key lives. A regenerated key has two for a while. */
  readonly until: number | null;
}

/** LiteLLM's `key_type`. */
export const KEY_TYPES = ["default", "llm_api", "management", "read_only"] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** LiteLLM's `user_role`. */
export const USER_ROLES = [
  "proxy_admin",
  "proxy_admin_viewer",
  "internal_user",
  "internal_user_viewer",
] as const;
export type UserRole = (typeof USER_ROLES)[number];

/** A virtual key as gateways know it: no name, no spend. Times are epoch milliseconds. */
export interface KeyRecord {
  readonly kind: "key";
  /** Safe to print; no part of the secret, and nothing that can be made from it. */
  readonly id: string;
  readonly hashes: readonly KeyHash[];
  readonly team: string | null;
  readonly user: string | null;
  /** Aliases, patterns (`qwen/*`), access groups and LiteLLM's words (`all-team-models` …). Empty: all that its team and user may. */
  readonly models: readonly string[];
  /** The app's name → the alias meant. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly type: KeyType;
  /** LiteLLM's `allowed_routes`: paths, patterns and its groups (`llm_api_routes` …), of those of its type. Empty: all of them. */
  readonly routes: readonly string[];
  readonly blocked: boolean;
  readonly expiresAt: number | null;
  readonly limits: ScopeLimits;
}

export interface TeamRecord {
  readonly kind: "team";
  readonly id: string;
  readonly models: readonly string[];
  readonly aliases: Readonly<Record<string, string>>;
  readonly blocked: boolean;
  readonly limits: ScopeLimits;
  /** Of each member without limits of its own. */
  readonly memberLimits: Limits;
}

export interface UserRecord {
  readonly kind: "user";
  readonly id: string;
  readonly role: UserRole;
  readonly models: readonly string[];
  readonly blocked: boolean;
  readonly limits: ScopeLimits;
}

/** A user within a team. Its id is `<team>/<user>`, each percent-encoded. */
export interface MemberRecord {
  readonly kind: "member";
  readonly id: string;
  readonly team: string;
  readonly user: string;
  readonly role: "admin" | "user";
  /** Empty: as the team. */
  readonly models: readonly string[];
  readonly limits: ScopeLimits;
}

/** One line of the key set. A change of a team is one record, however many keys it has. */
export type AccessRecord = KeyRecord | TeamRecord | UserRecord | MemberRecord;

export function memberId(team: string, user: string): string {
  return `${encodeURIComponent(team)}/${encodeURIComponent(user)}`;
}

/** Names a record among all kinds. */
export function accessRecordKey({ kind, id }: Pick<AccessRecord, "kind" | "id">): string {
  return `${kind}:${id}`;
}

export function isSameAccessRecord(before: AccessRecord, after: AccessRecord): boolean {
  return before === after || isSameValue(before, after);
}
