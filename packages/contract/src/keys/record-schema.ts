import { KEY_TYPES, USER_ROLES } from "./records.ts";

const TEXT = { type: "string" };
const TEXTS = { type: "array", items: TEXT };
const FLAG = { type: "boolean" };
const TIME = { type: ["number", "null"], minimum: 0 };
const LIMIT = { type: ["integer", "null"], minimum: 0 };
const OWNER = { type: ["string", "null"] };
const ALIASES = { type: "object", additionalProperties: TEXT };

const LIMITS = record({ rpm: LIMIT, parallel: LIMIT });
const SCOPE_LIMITS = record({
  rpm: LIMIT,
  parallel: LIMIT,
  models: { type: "object", additionalProperties: LIMITS },
});
const HASH = record({ method: { enum: ["sha256", "hmac"] }, digest: TEXT, until: TIME });

/** JSON schema of a record by its kind. Fields that a later version adds are ignored. */
export const ACCESS_RECORD_SCHEMA = {
  oneOf: [
    record({
      kind: { const: "key" },
      id: TEXT,
      hashes: { type: "array", items: HASH },
      team: OWNER,
      user: OWNER,
      models: TEXTS,
      aliases: ALIASES,
      type: { enum: KEY_TYPES },
      routes: TEXTS,
      blocked: FLAG,
      expiresAt: TIME,
      limits: SCOPE_LIMITS,
    }),
    record({
      kind: { const: "team" },
      id: TEXT,
      models: TEXTS,
      aliases: ALIASES,
      blocked: FLAG,
      limits: SCOPE_LIMITS,
      memberLimits: LIMITS,
    }),
    record({
      kind: { const: "user" },
      id: TEXT,
      role: { enum: USER_ROLES },
      models: TEXTS,
      blocked: FLAG,
      limits: SCOPE_LIMITS,
    }),
    record({
      kind: { const: "member" },
      id: TEXT,
      team: TEXT,
      user: TEXT,
      role: { enum: ["admin", "user"] },
      models: TEXTS,
      limits: SCOPE_LIMITS,
    }),
  ],
  discriminator: { propertyName: "kind" },
  type: "object",
  required: ["kind"],
} as const;

function record(properties: Readonly<Record<string, object>>): object {
  return { type: "object", required: Object.keys(properties), properties };
}
