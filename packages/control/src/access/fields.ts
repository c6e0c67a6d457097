import type { Body } from "../api/body.ts";
import { forbidden, type Refusal } from "../api/refusal.ts";
import type { Relation } from "./permissions.ts";

/** What a key may do, and how much of it. */
const RIGHTS = [
  "duration",
  "models",
  "aliases",
  "rpm_limit",
  "max_parallel_requests",
  "model_rpm_limit",
  "model_max_parallel_requests",
];
const OF_NEW_KEYS = [
  "key",
  "key_alias",
  "metadata",
  "tags",
  "key_type",
  "allowed_routes",
  "user_id",
  "team_id",
  ...RIGHTS,
];
/** Nothing by which a key could do more than it was given. */
const OF_OWN_KEYS = ["key", "key_alias", "new_key", "grace_period", "metadata", "tags"];

/**
 * Which fields others than admins may set. What is not listed is refused with nothing written: a new field is an admin's
 * until somebody says otherwise.
 */
const SETTABLE: Readonly<Record<string, Partial<Record<Relation, readonly string[]>>>> = {
  "create key": { owner: OF_NEW_KEYS, team_admin: [...OF_NEW_KEYS, "blocked"] },
  "update key": { owner: OF_OWN_KEYS, team_admin: [...OF_OWN_KEYS, ...RIGHTS, "blocked"] },
  "update team": { team_admin: ["team_id", "team_alias", "metadata", "tags"] },
  "update user": { owner: ["user_id", "user_email", "user_alias", "metadata"] },
  "create member": { team_admin: ["team_id", "member", "allowed_models"] },
  "update member": {
    team_admin: ["team_id", "user_id", "user_email", "role", "rpm_limit", "max_parallel_requests"],
  },
};

export interface FieldRule {
  readonly relation: Relation;
  /** `update key` */
  readonly action: string;
  /** Fields that the route knows: what it does not know is ignored, whoever sends it. */
  readonly known: Readonly<Record<string, unknown>>;
}

/** Refuses the first field that this caller may not set. */
export function refuseFields(body: Body, { relation, action, known }: FieldRule): Refusal | null {
  if (relation === "admin") return null;
  const settable = SETTABLE[action]?.[relation] ?? [];
  const field = Object.keys(body).find((one) => Object.hasOwn(known, one) && !settable.includes(one));
  return field === undefined ? null : forbidden(`${field} is for admins to set`, field);
}
