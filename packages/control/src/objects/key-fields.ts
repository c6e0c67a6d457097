import {
  ALIASES,
  DURATION,
  FLAG,
  KEY_NAME,
  KEY_TYPE,
  LIMIT_FIELDS,
  NAME_OR_NULL,
  NAMES_OR_NULL,
  NOTE_FIELDS,
  SECRET,
} from "../api/schemas.ts";

/** What a key may be given when it is made or changed. */
const COMMON = {
  key_alias: NAME_OR_NULL,
  duration: DURATION,
  models: NAMES_OR_NULL,
  aliases: ALIASES,
  user_id: NAME_OR_NULL,
  team_id: NAME_OR_NULL,
  ...LIMIT_FIELDS,
  ...NOTE_FIELDS,
  blocked: FLAG,
  allowed_routes: NAMES_OR_NULL,
  key_type: KEY_TYPE,
} as const;

export const NEW_KEY_FIELDS = { key: SECRET, ...COMMON } as const;
export const UPDATE_KEY_FIELDS = { key: { ...KEY_NAME, type: ["string", "null"] }, ...COMMON } as const;
export const REGENERATE_FIELDS = {
  key: { ...KEY_NAME, type: ["string", "null"] },
  new_key: SECRET,
  grace_period: {
    type: ["string", "null"],
    description: "How long the old key is taken too; none: not at all.",
  },
  ...COMMON,
} as const;
