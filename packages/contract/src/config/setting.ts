import type { Limits, ScopeLimits } from "../keys/records.ts";
import type { SecretRef } from "./secret-ref.ts";

/** What a setting's value is. Each kind has one line in `setting-kinds.ts`. */
export type Setting = Described &
  (
    | { readonly kind: "duration"; readonly default: string; readonly leastMs?: number }
    | { readonly kind: "size"; readonly default: string }
    | { readonly kind: "port"; readonly default: number }
    | { readonly kind: "integer"; readonly default: number; readonly minimum: number }
    | { readonly kind: "count_or_auto"; readonly default: number | "auto"; readonly maximum: number }
    | { readonly kind: "boolean"; readonly default: boolean }
    | { readonly kind: "share"; readonly default: boolean | number }
    | { readonly kind: "enum"; readonly default: string; readonly values: readonly string[] }
    | { readonly kind: "string"; readonly default: string | null }
    | { readonly kind: "origins"; readonly default: readonly [] }
    | { readonly kind: "hosts"; readonly default: readonly [] }
    | { readonly kind: "cors"; readonly default: CorsRule }
    | { readonly kind: "secrets"; readonly default: readonly [] }
    | { readonly kind: "secret"; readonly default: null }
    | { readonly kind: "url"; readonly default: null }
    | { readonly kind: "ratio"; readonly default: number }
    | { readonly kind: "secret_headers"; readonly default: null }
    | { readonly kind: "limits"; readonly default: null }
  );

/**
 * Which web pages may call from a browser: those of any site, of the origins listed, or of none. `auto`: of any site where
 * a key is asked for, since a page has to have it; else of none.
 */
export type CorsRule = "auto" | "any" | "off" | readonly string[];

export type Daemon = "gateway" | "prober" | "control";

interface Described {
  readonly description: string;
  /** Does a changed file put it in force, or only a restart? */
  readonly reload: "live" | "restart";
  /** Daemons that have to be restarted for it, where the section's name does not say. */
  readonly daemons?: readonly Daemon[];
  /** Its key in earlier versions: no longer read, but whoever writes it is told. */
  readonly formerly?: string;
}

/** Settings by section, and those that stand in none. */
export interface SettingTable {
  readonly [key: string]: Setting | { readonly [key: string]: Setting };
}

/** What a property of the config says of its unit: `drain` → `drainMs`. */
const UNIT_SUFFIX = {
  duration: "Ms",
  size: "Bytes",
  port: "",
  integer: "",
  count_or_auto: "",
  boolean: "",
  share: "",
  enum: "",
  string: "",
  origins: "",
  hosts: "",
  cors: "",
  secrets: "",
  secret: "",
  url: "",
  ratio: "",
  secret_headers: "",
  limits: "",
} as const satisfies Record<Setting["kind"], string>;

interface Value {
  duration: number;
  size: number;
  port: number;
  integer: number;
  count_or_auto: number | "auto";
  boolean: boolean;
  /** 0 ≤ x ≤ 1 */
  share: number;
  string: string;
  origins: readonly string[];
  hosts: readonly string[];
  cors: CorsRule;
  secrets: readonly SecretRef[];
  secret: SecretRef;
  url: string;
  ratio: number;
  /** Names in lower case. */
  secret_headers: ReadonlyMap<string, SecretRef>;
  limits: ScopeLimits;
}

type ValueOf<S extends Setting> = S extends { kind: "enum"; values: readonly (infer V)[] }
  ? V
  : (S["kind"] extends keyof Value ? Value[S["kind"]] : never) | (null extends S["default"] ? null : never);

type CamelCase<Key extends string> = Key extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Key;

type PropertyOf<Key extends string, S> = S extends Setting
  ? `${CamelCase<Key>}${(typeof UNIT_SUFFIX)[S["kind"]]}`
  : Key;

/** The table's settings as code uses them: times in milliseconds, sizes in bytes, nothing left out. */
export type ConfigOf<Table> = {
  readonly [Key in keyof Table & string as PropertyOf<Key, Table[Key]>]: Table[Key] extends Setting
    ? ValueOf<Table[Key]>
    : ConfigOf<Table[Key]>;
};

/** The same as a person writes them: units in words, all of it optional, sections with a shorthand perhaps by it. */
export type WrittenOf<Table, Shorthands = object> = {
  [Key in keyof Table]?: Table[Key] extends Setting
    ? WrittenValue<Table[Key]>
    : WrittenOf<Table[Key]> | (Key extends keyof Shorthands ? boolean : never);
};

/** Limits as a person writes them: what is left out is not limited. */
export type WrittenLimits = Partial<Limits> & { readonly models?: Readonly<Record<string, Partial<Limits>>> };

type WrittenValue<S extends Setting> = S["kind"] extends "duration" | "size"
  ? string | number
  : S["kind"] extends "share"
    ? boolean | number
    : S["kind"] extends "limits"
      ? WrittenLimits
      : S["kind"] extends "secrets"
        ? readonly string[]
        : S["kind"] extends "secret_headers"
          ? Readonly<Record<string, string>>
          : S["kind"] extends "secret"
            ? string
            : NonNullable<ValueOf<S>>;

export function isSetting(node: SettingTable[string]): node is Setting {
  return typeof node.kind === "string";
}

/** `not_ready_interval`, a duration → `notReadyIntervalMs`. */
export function propertyOf(key: string, { kind }: Setting): string {
  return key.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()) + UNIT_SUFFIX[kind];
}
