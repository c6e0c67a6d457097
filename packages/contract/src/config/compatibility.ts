import { isRecord } from "../is-record.ts";
import type { Merged } from "./merge.ts";
import { DIFFERENCES } from "./differences.ts";
import { PLACES, settingName, type Place } from "./places.ts";
import { printPath, type Path, type Position, type Problem } from "./problem.ts";
import { NOTHING_TO_DO } from "./without-effect.ts";
import { PLACED_SETTINGS, writtenAt } from "./rollcall-section.ts";

/** One setting and all the places at which it is written. */
export interface ReportLine {
  /** `litellm_params.timeout` */
  readonly setting: string;
  /** What is other than in LiteLLM, or why nothing has to be done; else empty where it is honoured. */
  readonly note: string;
  readonly at: readonly Position[];
}

/** What becomes of each setting of a config. */
export interface Compatibility {
  readonly honoured: readonly ReportLine[];
  readonly differs: readonly ReportLine[];
  readonly unsupported: readonly ReportLine[];
  readonly leftOut: readonly ReportLine[];
}

/** What is written in a config, beside what has been said of it. Entries that are left out have no settings. */
export function reportCompatibility(merged: Merged, problems: readonly Problem[]): Compatibility {
  const isOut = new Set(
    problems.filter(({ meaning, path }) => isLeftOut(meaning) && path.length > 1).map(entryOf),
  );
  // A mere warning is about how it is used.
  const told = new Set(
    problems.filter(({ meaning, severity }) => meaning !== undefined || severity === "error").map(pathOf),
  );
  const honoured = new Lines();
  const differs = new Lines();
  for (const { place, path } of writtenSettings(merged.value)) {
    if (isOut.has(entryOf({ path })) || told.has(printPath(path))) continue;
    const setting = settingName(place, String(path.at(-1)));
    const note = DIFFERENCES.get(setting);
    const why = NOTHING_TO_DO.get(setting) ?? "";
    (note === undefined ? honoured : differs).add({ setting, note: note ?? why }, merged.locate(path));
  }
  const unsupported = new Lines();
  const leftOut = new Lines();
  const byMeaning = { differs, unsupported, left_out: leftOut, out_of_use: leftOut };
  for (const { path, message, meaning, at } of problems) {
    if (meaning !== undefined) byMeaning[meaning].add({ setting: settingOf(path), note: message }, at);
  }
  return {
    honoured: honoured.all(),
    differs: differs.all(),
    unsupported: unsupported.all(),
    leftOut: leftOut.all(),
  };
}

function isLeftOut(meaning: Problem["meaning"]): boolean {
  return meaning === "left_out" || meaning === "out_of_use";
}

class Lines {
  readonly #lines = new Map<string, { readonly setting: string; readonly note: string; at: Position[] }>();

  add({ setting, note }: Pick<ReportLine, "setting" | "note">, at: Position): void {
    const key = JSON.stringify([setting, note]);
    const line = this.#lines.get(key);
    if (line === undefined) this.#lines.set(key, { setting, note, at: [at] });
    else line.at.push(at);
  }

  all(): readonly ReportLine[] {
    return [...this.#lines.values()];
  }
}

/** The entry's own part of a path: `model_list[3]`. */
function entryOf({ path }: { readonly path: Path }): string {
  return path[0] === "model_list" ? printPath(path.slice(0, 2)) : printPath(path);
}

/** Of whichever entry: `litellm_params.temperature`; an entry as a whole is `model_list`. */
function settingOf(path: Path): string {
  if (path[0] === "model_list" && path.length > 2) return printPath(path.slice(2));
  const list = path.findIndex((step) => typeof step === "number");
  return printPath(list === -1 ? path : path.slice(0, list));
}

function pathOf({ path }: { readonly path: Path }): string {
  return printPath(path);
}

interface WrittenSetting {
  readonly place: Place;
  readonly path: Path;
}

const [ROOT, ENTRY, PARAMS, INFO, ...SECTIONS] = PLACES as readonly [Place, Place, Place, Place, ...Place[]];

/** Containers are named by what stands in them. */
const CONTAINERS = new Set([
  "model_list",
  "litellm_params",
  "model_info",
  "rollcall",
  ...SECTIONS.map(({ name }) => name),
]);

function writtenSettings(value: Readonly<Record<string, unknown>>): readonly WrittenSetting[] {
  const { model_list: entries } = value;
  return [
    ...usedKeys(ROOT, value, []),
    ...(Array.isArray(entries) ? entries : []).flatMap((entry: unknown, index) => {
      const path = ["model_list", index];
      if (!isRecord(entry)) return [];
      return [
        ...usedKeys(ENTRY, entry, path),
        ...usedKeys(PARAMS, entry["litellm_params"], [...path, "litellm_params"]),
        ...usedKeys(INFO, entry["model_info"], [...path, "model_info"]),
      ];
    }),
    ...SECTIONS.flatMap((place) => usedKeys(place, value[place.name], [place.name])),
    ...rollcallSettings(value["rollcall"]),
  ];
}

function usedKeys(place: Place, written: unknown, path: Path): readonly WrittenSetting[] {
  if (!isRecord(written)) return [];
  return Object.keys(written)
    .filter((key) => place.keys.used.includes(key) || DIFFERENCES.has(settingName(place, key)))
    .filter((key) => !CONTAINERS.has(key))
    .map((key) => ({ place, path: [...path, key] }));
}

function rollcallSettings(written: unknown): readonly WrittenSetting[] {
  if (!isRecord(written)) return [];
  return PLACED_SETTINGS.flatMap(({ path }) => {
    const at = writtenAt(written, path);
    if (at === null) return [];
    const place = { ...ROOT, name: ["rollcall", ...at.slice(0, -1)].join(".") };
    return [{ place, path: ["rollcall", ...at] }];
  });
}
