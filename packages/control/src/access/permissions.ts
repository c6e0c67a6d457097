import { memberId } from "@rollcall/contract";
import type { KeyRow, MemberRow } from "@rollcall/store";
import type { Caller } from "./caller.ts";

/** How a caller stands to what it asks for. */
export type Relation =
  | "admin"
  /** Sees everything and changes nothing. */
  | "viewer"
  | "team_admin"
  /** The user whose key it is, or the user himself. */
  | "owner"
  /** Belongs to it and may look at it: a key itself, a viewer's own key, a member's team. */
  | "self"
  | "none";

export type Action = "read" | "create" | "update" | "delete" | "block";

type Rights = Readonly<Record<Action, readonly Relation[]>>;

/** Who may do what. What is not listed is denied. */
export const RIGHTS = {
  key: {
    read: ["admin", "viewer", "team_admin", "owner", "self"],
    create: ["admin", "team_admin", "owner"],
    update: ["admin", "team_admin", "owner"],
    delete: ["admin", "team_admin", "owner"],
    block: ["admin", "team_admin"],
  },
  team: {
    read: ["admin", "viewer", "team_admin", "self"],
    create: ["admin"],
    update: ["admin", "team_admin"],
    delete: ["admin"],
    block: ["admin"],
  },
  member: {
    read: ["admin", "viewer", "team_admin", "self"],
    create: ["admin", "team_admin"],
    update: ["admin", "team_admin"],
    delete: ["admin", "team_admin"],
    block: [],
  },
  user: {
    read: ["admin", "viewer", "owner", "self"],
    create: ["admin"],
    update: ["admin", "owner"],
    delete: ["admin"],
    block: [],
  },
  audit: { read: ["admin", "viewer"], create: [], update: [], delete: [], block: [] },
} as const satisfies Readonly<Record<string, Rights>>;

export type ObjectKind = keyof typeof RIGHTS;

export function may(relation: Relation, action: Action, kind: ObjectKind): boolean {
  return (RIGHTS[kind][action] as readonly Relation[]).includes(relation);
}

interface Members {
  member(id: string): MemberRow | null;
}

/** To one key, or to one that is to be made for that team and user. */
export function relationToKey(
  caller: Caller,
  { id, team, user }: Pick<KeyRow, "team" | "user"> & { readonly id: string | null },
  members: Members,
): Relation {
  const general = generalRelation(caller);
  if (general !== null) return general;
  if (team !== null && relationToTeam(caller, team, members) === "team_admin") return "team_admin";
  const isOwn = user !== null && user === caller.user?.id;
  if (isOwn && caller.role === "internal_user") return "owner";
  return isOwn || (id !== null && id === caller.key?.id) ? "self" : "none";
}

export function relationToTeam(caller: Caller, team: string, members: Members): Relation {
  const general = generalRelation(caller);
  if (general !== null) return general;
  const member = caller.user === null ? null : members.member(memberId(team, caller.user.id));
  if (member === null) return caller.key?.team === team ? "self" : "none";
  return member.role === "admin" && caller.role === "internal_user" ? "team_admin" : "self";
}

export function relationToUser(caller: Caller, user: string): Relation {
  const general = generalRelation(caller);
  if (general !== null) return general;
  if (caller.user?.id !== user) return "none";
  return caller.role === "internal_user" ? "owner" : "self";
}

/** Of those who see everything, to anything. */
export function generalRelation({ role }: Caller): Relation | null {
  if (role === "proxy_admin") return "admin";
  return role === "proxy_admin_viewer" ? "viewer" : null;
}
