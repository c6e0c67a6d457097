import { KEY_TYPES, USER_ROLES } from "@rollcall/contract";
import { objectOf, type Schema } from "./schemas.ts";

const TEXT = { type: "string" } as const;
const TEXT_OR_NULL = { type: ["string", "null"] } as const;
const TEXTS = listOf(TEXT);
const COUNT = { type: "integer", minimum: 0 } as const;
const LIMIT = { type: ["integer", "null"], minimum: 0 } as const;
const FLAG = { type: "boolean" } as const;
const TIME = { type: "string", format: "date-time" } as const;
const TIME_OR_NULL = { type: ["string", "null"], format: "date-time" } as const;
const NAMES = { type: "object", additionalProperties: TEXT } as const;
const LIMITS_BY_MODEL = { type: "object", additionalProperties: COUNT } as const;
const NOTHING = { type: "null" } as const;
const NONE = { type: "object", maxProperties: 0 } as const;
const ANYTHING = {} as const;

const LIMITS = {
  rpm_limit: LIMIT,
  max_parallel_requests: LIMIT,
  model_rpm_limit: LIMITS_BY_MODEL,
  model_max_parallel_requests: LIMITS_BY_MODEL,
} as const;

/** What LiteLLM's clients read and nothing here has. */
const LATER = {
  spend: { const: 0 },
  max_budget: NOTHING,
  soft_budget: NOTHING,
  budget_duration: NOTHING,
  budget_reset_at: NOTHING,
  budget_limits: NOTHING,
  tpm_limit: NOTHING,
  model_tpm_limit: NONE,
  model_max_budget: NONE,
  litellm_budget_table: NOTHING,
} as const;

const NOTES = { metadata: { type: "object" }, tags: TEXTS } as const;
const STAMPS = { created_at: TIME, created_by: TEXT, updated_at: TIME, updated_by: TEXT } as const;

const KEY = {
  token: { ...TEXT, description: "Its id: nothing in it can be made from the secret." },
  token_id: TEXT,
  key_name: { ...TEXT, description: "`sk-...` and the last four characters." },
  key_alias: TEXT_OR_NULL,
  ...LATER,
  models: TEXTS,
  aliases: NAMES,
  config: NONE,
  user_id: TEXT_OR_NULL,
  team_id: TEXT_OR_NULL,
  ...LIMITS,
  ...NOTES,
  blocked: FLAG,
  expires: TIME_OR_NULL,
  status: { enum: ["active", "expired", "revoked", "deleted"] },
  key_type: { enum: KEY_TYPES },
  allowed_routes: TEXTS,
  ...STAMPS,
} as const;

const TEAM = {
  team_id: TEXT,
  team_alias: TEXT_OR_NULL,
  ...LATER,
  models: TEXTS,
  model_aliases: NAMES,
  ...LIMITS,
  team_member_rpm_limit: LIMIT,
  team_member_max_parallel_requests: LIMIT,
  ...NOTES,
  blocked: FLAG,
  members_with_roles: listOf(whole({ user_id: TEXT, role: { enum: ["admin", "user"] } })),
  ...STAMPS,
} as const;

const MEMBERSHIP = {
  user_id: TEXT,
  team_id: TEXT,
  role: { enum: ["admin", "user"] },
  spend: { const: 0 },
  budget_id: NOTHING,
  litellm_budget_table: NOTHING,
  allowed_models: TEXTS,
  ...LIMITS,
} as const;

const USER = {
  user_id: TEXT,
  user_email: TEXT_OR_NULL,
  user_alias: TEXT_OR_NULL,
  user_role: { enum: USER_ROLES },
  ...LATER,
  models: TEXTS,
  ...LIMITS,
  ...NOTES,
  blocked: FLAG,
  teams: TEXTS,
  ...STAMPS,
} as const;

const AUDIT_ENTRY = {
  sequence: COUNT,
  updated_at: TIME,
  changed_by: TEXT,
  action: TEXT,
  object_kind: TEXT,
  object_id: TEXT,
  before_value: ANYTHING,
  updated_values: ANYTHING,
  request_id: TEXT_OR_NULL,
  digest: TEXT,
} as const;

/** The objects that answers are made of, by the names that `/openapi.json` has for them. */
export const ANSWER_PARTS: Readonly<Record<string, Schema>> = {
  Key: whole(KEY),
  Team: whole(TEAM),
  Membership: whole(MEMBERSHIP),
  User: whole(USER),
  AuditEntry: whole(AUDIT_ENTRY),
};

const part = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** With the secret, or with what the key was called by. */
const NAMED_KEY = whole({ key: TEXT, ...KEY });
const KEYS = { keys: { type: "array", items: { anyOf: [TEXT, part("Key")] } } };
const PAGES = { total: COUNT, page: COUNT, page_size: COUNT, total_pages: COUNT };
const KEY_PAGES = { total_count: COUNT, current_page: COUNT, total_pages: COUNT };

/** What a route answers with 200, by its path. */
export const ANSWERS: Readonly<Record<string, Schema>> = {
  "/key/generate": NAMED_KEY,
  "/key/service-account/generate": NAMED_KEY,
  "/key/update": NAMED_KEY,
  "/key/regenerate": NAMED_KEY,
  "/key/:key/regenerate": NAMED_KEY,
  "/key/delete": whole({ deleted_keys: TEXTS }),
  "/key/info": whole({ key: TEXT, info: part("Key") }),
  "/key/list": whole({ ...KEYS, ...KEY_PAGES }),
  "/key/aliases": whole({ aliases: TEXTS, ...KEY_PAGES, size: COUNT }),
  "/key/block": part("Key"),
  "/key/unblock": part("Key"),
  "/team/new": part("Team"),
  "/team/update": whole({ team_id: TEXT, data: part("Team") }),
  "/team/:team_id": whole({ team_id: TEXT, data: part("Team") }),
  "/team/delete": whole({ deleted_teams: TEXTS }),
  "/team/block": part("Team"),
  "/team/unblock": part("Team"),
  "/team/info": whole({
    team_id: TEXT,
    team_info: part("Team"),
    keys: listOf(part("Key")),
    team_memberships: listOf(part("Membership")),
  }),
  "/team/list": listOf(part("Team")),
  "/v2/team/list": whole({ teams: listOf(part("Team")), ...PAGES }),
  "/team/member_add": whole({
    ...TEAM,
    updated_users: listOf(part("User")),
    updated_team_memberships: listOf(part("Membership")),
  }),
  "/team/member_update": part("Membership"),
  "/team/member_delete": part("Team"),
  "/user/new": {
    ...objectOf({ ...USER, key: TEXT_OR_NULL }, ["key", ...Object.keys(USER)]),
    description: "With a key, and then with all that is said of it.",
  },
  "/user/update": whole({ user_id: TEXT, data: part("User") }),
  "/user/delete": whole({ deleted_users: TEXTS }),
  "/user/info": whole({
    user_id: TEXT,
    user_info: part("User"),
    keys: listOf(part("Key")),
    teams: listOf(part("Team")),
  }),
  "/v2/user/info": part("User"),
  "/user/list": whole({ users: listOf(whole({ ...USER, key_count: COUNT })), ...PAGES }),
  "/audit": whole({ audit_logs: listOf(part("AuditEntry")), ...PAGES }),
  "/audit/verify": whole({
    intact: FLAG,
    entries: COUNT,
    broken_at: { type: ["integer", "null"] },
    head: TEXT,
  }),
};

/** With all of these fields and no other. */
function whole(properties: Readonly<Record<string, Schema>>): Schema {
  return { ...objectOf(properties, Object.keys(properties)), additionalProperties: false };
}

function listOf(items: Schema): Schema {
  return { type: "array", items };
}
