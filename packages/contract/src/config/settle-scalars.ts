import { isRecord } from "../is-record.ts";
import { PlainScalar } from "./plain-scalar.ts";
import { error, type Complaint, type Path } from "./problem.ts";
import { isSecretSetting } from "./rollcall-section.ts";

/** The part of a JSON schema that says where text stands. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
}

interface Settled {
  readonly value: unknown;
  readonly complaints: readonly Complaint[];
}

/**
 * Makes plain values of what was read: the text as it stands where the schema wants text (a key of 20 digits keeps all of
 * them), else what YAML takes it for. A yes, null or date for a name or a key is complained of.
 */
export function settleScalars(read: unknown, schema: object): Settled {
  const complaints: Complaint[] = [];
  const walk = (value: unknown, wanted: Schema, path: Path): unknown => {
    if (value instanceof PlainScalar) {
      const doubt = doubtOf(value, path);
      if (doubt !== null) complaints.push(error(path, doubt));
      return doubt === null ? settle(value, wanted) : value.source;
    }
    if (Array.isArray(value)) {
      return value.map((item, index) => walk(item, wanted.items ?? {}, [...path, index]));
    }
    if (!isRecord(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
    const { properties = {}, additionalProperties: more } = wanted;
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => {
        const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
        return [key, walk(part, own ?? (typeof more === "object" ? more : {}), [...path, key])];
      }),
    );
  };
  return { value: walk(read, schema, []), complaints };
}

/** What YAML itself takes it for, dates apart. */
function settle({ value, source }: PlainScalar, { type = [], enum: words = [] }: Schema): unknown {
  // `off` is a word where it is one of those to choose from.
  if (value === "date" || words.includes(source)) return source;
  if (typeof value !== "number") return value;
  const types = new Set([type].flat());
  return types.has("string") && !types.has("number") && !types.has("integer") ? source : value;
}

const NAMES: ReadonlySet<unknown> = new Set([
  "model_name",
  "model",
  "credential_name",
  "litellm_credential_name",
]);
const KEYS: ReadonlySet<unknown> = new Set(["api_key", "master_key", "additional_master_keys"]);
const LISTS_OF_NAMES: ReadonlySet<unknown> = new Set([
  "fallbacks",
  "context_window_fallbacks",
  "default_fallbacks",
  "model_group_alias",
]);
const SECTIONS: ReadonlySet<unknown> = new Set([
  "model_list",
  "credential_list",
  "litellm_settings",
  "router_settings",
  "general_settings",
  "rollcall",
]);

/** Says why it cannot be meant as it is read, or null. */
function doubtOf({ value, source }: PlainScalar, path: Path): string | null {
  if (typeof value === "number" || !SECTIONS.has(path[0]) || path.at(-1) === "hidden") return null;
  const last = path.findLast((step) => typeof step === "string");
  const isName =
    (NAMES.has(last) && path[2] !== "model_info") ||
    (path[2] === "model_info" && path[3] === "id") ||
    LISTS_OF_NAMES.has(path[1]);
  if (!isName && !KEYS.has(last) && !isSecretSetting(path)) return null;
  // `api_key: null` says that there is none.
  if (value === null && !isName) return null;
  const word = value === "date" ? "a date" : String(value);
  const found =
    source === word
      ? `found ${source} without quotes`
      : `found ${source} without quotes, which YAML reads as ${word}`;
  return `${found}: if that is the ${isName ? "name" : "key"}, write ${JSON.stringify(source)}`;
}
