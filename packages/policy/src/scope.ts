import type { Scope } from "@rollcall/contract";

/** Everything that this gateway serves. */
export const GLOBAL_SCOPE: Scope = "global";

/** Names that people choose may hold any character: encoded, so that no two scopes meet. */
export const modelScope = (alias: string): Scope => `model:${encodeURIComponent(alias)}`;
export const teamScope = (id: string): Scope => `team:${encodeURIComponent(id)}`;
/** `id` as `memberId` makes it, encoded already. */
export const memberScope = (id: string): Scope => `member:${id}`;
export const userScope = (id: string): Scope => `user:${encodeURIComponent(id)}`;
export const keyScope = (id: string): Scope => `key:${encodeURIComponent(id)}`;

/** One model of another scope alone. */
export const withModel = (scope: Scope, alias: string): Scope => `${scope}/${modelScope(alias)}`;
