import {
  ALIASES,
  DURATION,
  EMAIL,
  FLAG,
  LIMIT_FIELDS,
  MEMBER_ROLE,
  NAME,
  NAME_OR_NULL,
  NAMES_OR_NULL,
  NOTE_FIELDS,
  objectOf,
  USER_ROLE,
} from "../api/schemas.ts";

const COMMON = {
  user_email: EMAIL,
  user_alias: NAME_OR_NULL,
  user_role: USER_ROLE,
  models: NAMES_OR_NULL,
  ...LIMIT_FIELDS,
  ...NOTE_FIELDS,
  blocked: FLAG,
} as const;

export const NEW_USER_FIELDS = {
  user_id: NAME_OR_NULL,
  ...COMMON,
  teams: {
    type: ["array", "null"],
    maxItems: 100,
    items: { oneOf: [NAME, objectOf({ team_id: NAME, user_role: MEMBER_ROLE }, ["team_id"])] },
  },
  auto_create_key: {
    ...FLAG,
    description: "Make a key too, which the answer holds; true unless it is false.",
  },
  key_alias: NAME_OR_NULL,
  duration: DURATION,
  aliases: ALIASES,
} as const;
export const UPDATE_USER_FIELDS = { user_id: NAME_OR_NULL, ...COMMON } as const;
