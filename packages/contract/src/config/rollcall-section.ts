import { isRecord } from "../is-record.ts";
import { error, type Complaint, type Path } from "./problem.ts";
import { readSetting, schemaOf } from "./setting-kinds.ts";
import {
  isSetting,
  propertyOf,
  type ConfigOf,
  type Daemon,
  type Setting,
  type SettingTable,
  type WrittenOf,
} from "./setting.ts";
import { SECTIONS, SHORTHANDS } from "./sections.ts";
import { SETTINGS } from "./settings.ts";

/** What a person writes under `rollcall:`. */
export type WrittenRollcall = WrittenOf<typeof SETTINGS, typeof SHORTHANDS>;

/** The same as code uses it. */
export type RollcallConfig = ConfigOf<typeof SETTINGS>;

const TABLE: SettingTable = SETTINGS;

/** One setting with its place below `rollcall:`: a section, or none, and a key. */
export interface PlacedSetting {
  readonly path: readonly string[];
  readonly setting: Setting;
}

/** All settings, in the order of the table. */
export const PLACED_SETTINGS: readonly PlacedSetting[] = Object.entries(TABLE).flatMap(([key, node]) =>
  isSetting(node)
    ? [{ path: [key], setting: node }]
    : Object.entries(node).map(([inner, setting]) => ({ path: [key, inner], setting })),
);

const SHORTHAND_OF: ReadonlyMap<string, string> = new Map(Object.entries(SHORTHANDS));

/** The section as it is meant: `true` → `{enabled: true}`, where it has a shorthand. */
function inFull(section: string, written: unknown): unknown {
  const key = SHORTHAND_OF.get(section);
  return key !== undefined && typeof written === "boolean" ? { [key]: written } : written;
}

/** Where a setting is written below `rollcall:`: its path, or its section's where that is a shorthand for it; else null. */
export function writtenAt(written: Readonly<Record<string, unknown>>, path: readonly string[]): Path | null {
  const [section = "", key] = path;
  if (key === undefined) return Object.hasOwn(written, section) ? path : null;
  const found = inFull(section, written[section]);
  if (!isRecord(found) || !Object.hasOwn(found, key)) return null;
  return found === written[section] ? path : [section];
}

/** Are these settings secrets, by their path from the root? They stay references. */
export function isSecretSetting([root, ...path]: Path): boolean {
  return root === "rollcall" && SECRETS.has(path.join("."));
}

const SECRETS = new Set(
  PLACED_SETTINGS.filter(({ setting }) => setting.kind === "secret").map(({ path }) => path.join(".")),
);

/** JSON schema of `rollcall:`. */
export const ROLLCALL_SCHEMA = {
  type: "object",
  additionalProperties: false,
  description: "Rollcall's own settings; LiteLLM ignores them.",
  properties: Object.fromEntries(
    Object.entries(TABLE).map(([key, node]) => [
      key,
      isSetting(node) ? schemaOf(node) : sectionSchema(key, node),
    ]),
  ),
};

function sectionSchema(name: string, section: Readonly<Record<string, Setting>>): object {
  return {
    type: SHORTHAND_OF.has(name) ? ["boolean", "object"] : "object",
    additionalProperties: false,
    description: SECTIONS[name],
    properties: Object.fromEntries(Object.entries(section).map(([key, setting]) => [key, schemaOf(setting)])),
  };
}

/** Reads `rollcall:`, filling in defaults and settling units. */
export function readRollcall(written: WrittenRollcall, complaints: Complaint[]): RollcallConfig {
  const config: Record<string, unknown> = {};
  const full = Object.fromEntries(
    Object.entries(written).map(([key, section]) => [key, inFull(key, section)]),
  );
  for (const { path, setting } of PLACED_SETTINGS) {
    const complain = (message: string, item?: number) => {
      const at: Path = item === undefined ? path : [...path, item];
      complaints.push(error(["rollcall", ...at], message));
    };
    const value = readSetting(valueAt(full, path), setting, complain);
    sectionOf(config, path)[propertyAt({ path, setting })] = value;
  }
  // Every entry of the table was set, under the name that its type has.
  return config as unknown as RollcallConfig;
}

const RESTART_SETTINGS = PLACED_SETTINGS.filter(({ setting }) => setting.reload === "restart");

interface TwoConfigs<C extends RollcallConfig> {
  readonly running: RollcallConfig;
  readonly written: C;
}

/** Settings of this daemon that differ and that only a restart puts in force, by their place: `gateway.port`. */
export function settingsNeedingRestart(
  daemon: Daemon,
  { running, written }: TwoConfigs<RollcallConfig>,
): readonly string[] {
  return RESTART_SETTINGS.filter(({ path, setting }) => {
    const daemons: readonly (string | undefined)[] = setting.daemons ?? [path[0]];
    return daemons.includes(daemon);
  })
    .filter((placed) => configured(running, placed) !== configured(written, placed))
    .map(({ path }) => path.join("."));
}

/** What was written, as far as it can be in force: settings that need a restart are as they run. */
export function withRunningSettings<C extends RollcallConfig>({ running, written }: TwoConfigs<C>): C {
  const { prober, gateway, queue, state, keys, control, traces } = written;
  const kept = {
    ...written,
    prober: { ...prober },
    gateway: { ...gateway },
    queue: { ...queue },
    state: { ...state },
    keys: { ...keys },
    control: { ...control },
    traces: { ...traces },
  };
  for (const placed of RESTART_SETTINGS) {
    sectionOf(kept, placed.path)[propertyAt(placed)] = valueOf(running, placed);
  }
  return kept;
}

/** The key that an earlier version's key has become, or null. */
export function renamedSetting(path: Path): string | null {
  const [root, ...below] = path;
  const found = PLACED_SETTINGS.find(
    ({ path: now, setting: { formerly } }) =>
      formerly !== undefined && [...now.slice(0, -1), formerly].join() === below.join(),
  );
  return root === "rollcall" ? (found?.path.at(-1) ?? null) : null;
}

function configured(config: RollcallConfig, placed: PlacedSetting): string {
  return JSON.stringify(valueOf(config, placed));
}

function valueOf(config: RollcallConfig, placed: PlacedSetting): unknown {
  return valueAt(config, [...placed.path.slice(0, -1), propertyAt(placed)]);
}

function propertyAt({ path, setting }: PlacedSetting): string {
  return propertyOf(path.at(-1) ?? "", setting);
}

function valueAt(tree: object, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], tree);
}

function sectionOf(config: object, path: readonly string[]): Record<string, unknown> {
  const [section] = path;
  const root = config as Record<string, unknown>;
  if (section === undefined || path.length === 1) return root;
  return (root[section] ??= {}) as Record<string, unknown>;
}
