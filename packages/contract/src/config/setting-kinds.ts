import { parseByteSize } from "./byte-size.ts";
import { parseDuration, printDuration } from "./duration.ts";
import { isSettableHeader } from "./header-names.ts";
import { texts } from "./schema-parts.ts";
import { isSendable, NOT_SENDABLE, parseSecretRef, type SecretRef } from "./secret-ref.ts";
import { NO_LIMITS, type ScopeLimits } from "../keys/records.ts";
import type { CorsRule, Setting, WrittenLimits } from "./setting.ts";

/** Says what is wrong with the value, or with one item of it. */
type Complain = (message: string, item?: number) => void;

interface SettingKind<S extends Setting> {
  /** JSON schema, without description and default. */
  schema(setting: S): object;
  /** Said after the description, where the schema alone does not tell how it is written. */
  readonly format: string;
  /** A value of the schema's type → the value as code uses it. What it returns after a complaint is not used. */
  read(written: never, setting: S, complain: Complain): unknown;
}

type OfKind<K extends Setting["kind"]> = Extract<Setting, { kind: K }>;

const LIMIT = { type: ["integer", "null"], minimum: 0 };
const LIMITS = {
  rpm: { ...LIMIT, description: "Requests a minute." },
  parallel: { ...LIMIT, description: "Requests under way at once." },
};

const AS_WRITTEN = { format: "", read: (written: unknown) => written };

const KINDS: { readonly [K in Setting["kind"]]: SettingKind<OfKind<K>> } = {
  duration: {
    schema: () => ({ type: ["string", "number"] }),
    format: "A duration such as 500ms, 2s, 10m; a bare number is seconds.",
    read: readDuration,
  },
  size: {
    schema: () => ({ type: ["string", "number"] }),
    format: "A size such as 32MiB; a bare number is bytes.",
    read: readSize,
  },
  port: { schema: () => ({ type: "integer", minimum: 0, maximum: 65_535 }), ...AS_WRITTEN },
  integer: { schema: ({ minimum }) => ({ type: "integer", minimum }), ...AS_WRITTEN },
  count_or_auto: {
    schema: ({ maximum }) => ({ type: ["integer", "string"], minimum: 1, maximum, pattern: "^auto$" }),
    ...AS_WRITTEN,
  },
  boolean: { schema: () => ({ type: "boolean" }), ...AS_WRITTEN },
  share: {
    schema: () => ({ type: ["boolean", "number"], minimum: 0, maximum: 1 }),
    format: "true, false, or a share of them such as 0.1.",
    read: (written: boolean | number) => Number(written),
  },
  enum: { schema: ({ values }) => ({ type: "string", enum: values }), ...AS_WRITTEN },
  string: { schema: () => ({ type: "string" }), ...AS_WRITTEN },
  origins: { schema: () => texts, format: "", read: readOrigins },
  hosts: { schema: () => texts, format: "", read: readHosts },
  cors: {
    schema: () => ({ ...texts, type: ["string", "array"] }),
    format: "",
    read: readCors,
  },
  secrets: {
    schema: () => texts,
    format: "Each as os.environ/NAME, file/PATH or the key itself.",
    read: readSecrets,
  },
  secret: {
    schema: () => ({ type: "string" }),
    format: "As os.environ/NAME, file/PATH or the value itself.",
    read: (written: string, _setting, complain) => readSecret(written, complain),
  },
  url: { schema: () => ({ type: "string" }), format: "", read: readUrl },
  ratio: { schema: () => ({ type: "number", minimum: 0, maximum: 1 }), ...AS_WRITTEN },
  secret_headers: {
    schema: () => ({ type: "object", additionalProperties: { type: "string" } }),
    format: "Values as os.environ/NAME, file/PATH or the value itself.",
    read: readSecretHeaders,
  },
  limits: {
    schema: () => ({
      type: "object",
      additionalProperties: false,
      properties: {
        ...LIMITS,
        models: {
          type: "object",
          description: "Of one model each, by alias.",
          additionalProperties: { type: "object", additionalProperties: false, properties: LIMITS },
        },
      },
    }),
    format: "",
    read: readLimits,
  },
};

/** JSON schema of one setting. */
export function schemaOf(setting: Setting): object {
  const kind = kindOf(setting);
  const description = `${setting.description} ${kind.format}`.trim();
  return {
    ...kind.schema(setting),
    ...(setting.default === null ? {} : { default: setting.default }),
    description,
  };
}

/** What holds for this setting, given what was written for it. */
export function readSetting(written: unknown, setting: Setting, complain: Complain): unknown {
  const value = written ?? setting.default;
  return value === null ? null : kindOf(setting).read(value as never, setting, complain);
}

/** A kind takes the settings of its own kind, which no compiler can follow through a table. */
function kindOf(setting: Setting): SettingKind<Setting> {
  return KINDS[setting.kind];
}

/** Shorter than this and a loop would spin. */
const SHORTEST_MS = 10;

/** Longer than this and it would spin too: a timer counts to 2^31 - 1, and one set further fires at once. */
const LONGEST_MS = 24 * 86_400_000;

function readDuration(
  written: string | number,
  { leastMs = SHORTEST_MS }: OfKind<"duration">,
  complain: Complain,
): number {
  const ms = parseDuration(written);
  const expect = (expected: string) => complain(`found ${JSON.stringify(written)}, expected ${expected}`);
  if (ms === null) expect("a duration such as 500ms, 2s or 10m");
  else if (ms < leastMs) expect(`at least ${leastMs} ms`);
  else if (ms > LONGEST_MS) expect(`at most ${printDuration(LONGEST_MS)}`);
  return ms ?? 0;
}

function readLimits({ models = {}, ...limits }: WrittenLimits): ScopeLimits {
  return {
    ...NO_LIMITS,
    ...limits,
    models: Object.fromEntries(
      Object.entries(models).map(([alias, own]) => [alias, { ...NO_LIMITS, ...own }]),
    ),
  };
}

function readSize(written: string | number, _setting: Setting, complain: Complain): number {
  const bytes = parseByteSize(written);
  if (bytes === null) complain(`found ${JSON.stringify(written)}, expected a size such as 32MiB`);
  return bytes ?? 0;
}

/** As a browser writes them into Host, without port. */
const HOST_NAME = /^(?:\*|[a-z0-9._-]+|\[[0-9a-f:.]+\])$/;

function readHosts(written: readonly string[], _setting: Setting, complain: Complain): readonly string[] {
  return written.flatMap((text, item) => {
    const host = text.toLowerCase();
    if (HOST_NAME.test(host)) return [host];
    complain(
      `found ${JSON.stringify(text)}, expected a host name such as chat.example, without scheme and port`,
      item,
    );
    return [];
  });
}

/** YAML 1.1 reads a bare `off` as false. */
const CORS_WORDS: ReadonlyMap<string, CorsRule> = new Map([
  ["auto", "auto"],
  ["any", "any"],
  ["off", "off"],
  ["false", "off"],
]);

/** As a browser writes them into Origin. Apps that are no web pages have schemes of their own: `app://obsidian.md`. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s*,]+$/;

function readCors(written: string | readonly string[], _setting: Setting, complain: Complain): CorsRule {
  if (typeof written === "string") {
    const rule = CORS_WORDS.get(written.toLowerCase());
    if (rule === undefined)
      complain(`found ${JSON.stringify(written)}, expected any, off, auto, or a list of origins`);
    return rule ?? "off";
  }
  return written.flatMap((text, item) => {
    const origin = text.toLowerCase();
    if (ORIGIN.test(origin)) {
      const { origin: plain } = URL.parse(origin) ?? { origin: "null" };
      // What is no scheme of the web's has an origin as it is written.
      if (plain !== "null" || !/^https?:/.test(origin)) return [plain === "null" ? origin : plain];
    }
    const instead =
      text === "*" ? "any instead of the list" : "an origin such as https://chat.example, without a path";
    complain(`found ${JSON.stringify(text)}, expected ${instead}`, item);
    return [];
  });
}

/** References, each of them to one value; what is wrong with one is said without it. */
function readSecrets(
  written: readonly string[],
  _setting: Setting,
  complain: Complain,
): readonly SecretRef[] {
  return written.map((text, item) => readSecret(text, (message) => complain(message, item)));
}

function readSecret(text: string, complain: Complain): SecretRef {
  const ref = parseSecretRef(text);
  if (ref.from === "none") complain("is empty");
  if (ref.from === "literal" && !isSendable(ref.value)) complain(NOT_SENDABLE);
  return ref;
}

function readUrl(written: string, _setting: Setting, complain: Complain): string {
  const url = URL.parse(written);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "")
    return written;
  // What is no URL may be a key.
  complain("expected a URL such as http://host:4318, without a user name or password");
  return "";
}

function readSecretHeaders(
  written: Readonly<Record<string, string>>,
  _setting: Setting,
  complain: Complain,
): ReadonlyMap<string, SecretRef> {
  return new Map(
    Object.entries(written).map(([name, text]) => {
      if (!isSettableHeader(name))
        complain(
          `${JSON.stringify(name)} cannot be set: not a valid header name, or one that belongs to the connection`,
        );
      return [name.toLowerCase(), parseSecretRef(text)];
    }),
  );
}

/** Origins only: what is asked there is ours to say. */
function readOrigins(written: readonly string[], _setting: Setting, complain: Complain): readonly string[] {
  return written.flatMap((origin, item) => {
    const url = URL.canParse(origin) ? new URL(origin) : null;
    if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.username === "")
      return [url.origin];
    complain(`found ${JSON.stringify(origin)}, expected a prober's address such as http://host:4001`, item);
    return [];
  });
}
