import { KEY_TYPES, USER_ROLES } from "@rollcall/contract";

/** JSON schemas of the fields that requests have: what they are checked by, and what `/openapi.json` says. */
export type Schema = Readonly<Record<string, unknown>>;

/** Letters of any script, no control characters: names come back in lists, logs and pages. */
const NAME_PATTERN = "^[^\\u0000-\\u001f\\u007f]+$";

export const NAME = { type: "string", minLength: 1, maxLength: 256, pattern: NAME_PATTERN } as const;
export const NAME_OR_NULL = { ...NAME, type: ["string", "null"] } as const;
const NAMES = { type: "array", items: NAME, maxItems: 1_000 } as const;
export const NAMES_OR_NULL = { ...NAMES, type: ["array", "null"] } as const;
export const SOME_NAMES = { ...NAMES, minItems: 1 } as const;
export const LIMIT = { type: ["integer", "null"], minimum: 0, maximum: 1_000_000_000 } as const;
export const LIMITS_BY_MODEL = {
  type: ["object", "null"],
  additionalProperties: LIMIT,
  maxProperties: 1_000,
} as const;
export const ALIASES = {
  type: ["object", "null"],
  additionalProperties: NAME,
  maxProperties: 1_000,
} as const;
export const METADATA = {
  type: ["object", "null"],
  maxProperties: 200,
  description: "Kept as it is; at most 16 KiB.",
} as const;
export const TAGS = { type: ["array", "null"], items: { ...NAME, maxLength: 64 }, maxItems: 20 } as const;
export const FLAG = { type: ["boolean", "null"] } as const;
export const DURATION = {
  type: ["string", "null"],
  description: "`30s`, `12h`, `30d`, `2w`, `1mo`; null or `-1` for as long as it is not deleted.",
} as const;
export const EMAIL = {
  type: ["string", "null"],
  minLength: 3,
  maxLength: 320,
  pattern: "^[^\\s@]+@[^\\s@]+$",
} as const;
export const SECRET = { type: ["string", "null"], maxLength: 512 } as const;
/** A key as admin routes name it: the key itself, its id, or its SHA-256 in hex. */
export const KEY_NAME = { type: "string", minLength: 1, maxLength: 512 } as const;
export const KEY_NAMES = { type: ["array", "null"], items: KEY_NAME, maxItems: 1_000 } as const;
export const KEY_TYPE = { enum: [...KEY_TYPES, null] } as const;
export const USER_ROLE = { enum: [...USER_ROLES, null] } as const;
export const MEMBER_ROLE = { enum: ["admin", "user", null] } as const;
export const PAGE = { type: "integer", minimum: 1, maximum: 1_000_000 } as const;
export const PAGE_SIZE = { type: "integer", minimum: 1, maximum: 100 } as const;
export const SWITCH = { type: "boolean" } as const;
export const ORDER = { enum: ["asc", "desc"] } as const;

/** What every object says of limits. */
export const LIMIT_FIELDS = {
  rpm_limit: LIMIT,
  max_parallel_requests: LIMIT,
  model_rpm_limit: LIMITS_BY_MODEL,
  model_max_parallel_requests: LIMITS_BY_MODEL,
} as const;

export const NOTE_FIELDS = { metadata: METADATA, tags: TAGS } as const;

export function objectOf(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): Schema {
  return { type: "object", properties, required };
}
