import {
  ALIASES,
  EMAIL,
  FLAG,
  LIMIT,
  LIMIT_FIELDS,
  MEMBER_ROLE,
  NAME,
  NAME_OR_NULL,
  NAMES_OR_NULL,
  NOTE_FIELDS,
  objectOf,
} from "../api/schemas.ts";

/** A member as requests name one: by id or by email. */
const MEMBER = objectOf({ role: MEMBER_ROLE, user_id: NAME_OR_NULL, user_email: EMAIL });

const COMMON = {
  team_alias: NAME_OR_NULL,
  models: NAMES_OR_NULL,
  model_aliases: ALIASES,
  ...LIMIT_FIELDS,
  ...NOTE_FIELDS,
  team_member_rpm_limit: LIMIT,
  team_member_max_parallel_requests: LIMIT,
  blocked: FLAG,
} as const;

export const NEW_TEAM_FIELDS = {
  team_id: NAME_OR_NULL,
  ...COMMON,
  members_with_roles: { type: ["array", "null"], items: MEMBER, maxItems: 1_000 },
} as const;
export const UPDATE_TEAM_FIELDS = { team_id: NAME, ...COMMON } as const;
export const ADD_MEMBER_FIELDS = {
  team_id: NAME,
  member: { oneOf: [MEMBER, { type: "array", items: MEMBER, minItems: 1, maxItems: 1_000 }] },
  allowed_models: NAMES_OR_NULL,
} as const;
export const UPDATE_MEMBER_FIELDS = {
  team_id: NAME,
  user_id: NAME_OR_NULL,
  user_email: EMAIL,
  role: MEMBER_ROLE,
  ...LIMIT_FIELDS,
} as const;
export const DELETE_MEMBER_FIELDS = { team_id: NAME, user_id: NAME_OR_NULL, user_email: EMAIL } as const;
