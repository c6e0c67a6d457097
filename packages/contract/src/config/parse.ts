import { isRecord } from "../is-record.ts";
import { buildConfig } from "./build.ts";
import type { Config } from "./config.ts";
import { resolveEnvironment, type Environment } from "./environment.ts";
import { localhostComplaints } from "./localhost.ts";
import { reportCompatibility, type Compatibility } from "./compatibility.ts";
import { withCredentials } from "./credentials.ts";
import { isEntryError, settleEntries } from "./faulty-entries.ts";
import { mergeSources, type Merged } from "./merge.ts";
import { printPath, type Complaint, type Problem } from "./problem.ts";
import { withProviderDefaults } from "./provider-defaults.ts";
import { RULES } from "./rules.ts";
import { settleScalars } from "./settle-scalars.ts";
import { readSource, type SourceText } from "./source.ts";
import { readUnsetVariables } from "./unset-variables.ts";
import { originalPath, validateShape } from "./validate.ts";
import { CONFIG_SCHEMA } from "./written.ts";

export interface Parsed {
  /** Null where a problem is an error. */
  readonly config: Config | null;
  /** All of them, errors and warnings, in the order of the files. */
  readonly problems: readonly Problem[];
}

export interface ConfigTexts {
  readonly main: SourceText;
  readonly included: readonly SourceText[];
}

export interface HostContext {
  /** Inside a container localhost is the container itself. */
  readonly inContainer: boolean;
}

/** Text → config, or every complaint at once with file, line and column. */
export function parseConfig(texts: ConfigTexts, env: Environment, host?: HostContext): Parsed {
  const { config, problems } = parseTexts(texts, env, host);
  return { config, problems };
}

/** A config and what becomes of each of its settings; null where it is no YAML. */
export interface Examined extends Parsed {
  readonly compatibility: Compatibility | null;
}

/** The same with a report for whoever comes from LiteLLM. */
export function examineConfig(texts: ConfigTexts, env: Environment, host?: HostContext): Examined {
  const { config, problems, merged } = parseTexts(texts, env, host);
  const compatibility = merged === null ? null : reportCompatibility(merged, problems);
  return { config, problems, compatibility };
}

function parseTexts(
  { main, included }: ConfigTexts,
  env: Environment,
  { inContainer }: HostContext = { inContainer: false },
): Parsed & { readonly merged: Merged | null } {
  const sources = [main, ...included].map(readSource);
  const problems = sources.flatMap((source) => source.problems);
  const [first, ...rest] = sources;
  if (problems.length > 0 || first === undefined) return { config: null, problems, merged: null };
  const merged = mergeSources(first, rest);
  const { config, complaints } = readMerged(merged, env, { inContainer });
  const placed = complaints.map((complaint): Problem => ({
    ...complaint,
    at: merged.locate(complaint.path),
  }));
  const order = sources.map((source) => source.file);
  placed.sort(
    (a, b) =>
      order.indexOf(a.at.file) - order.indexOf(b.at.file) ||
      a.at.line - b.at.line ||
      a.at.column - b.at.column,
  );
  const isRefused = placed.some((problem) => problem.severity === "error");
  return { config: isRefused ? null : config, problems: placed, merged };
}

interface Read {
  readonly config: Config | null;
  readonly complaints: readonly Complaint[];
}

function readMerged(merged: Merged, env: Environment, { inContainer }: HostContext): Read {
  const { value: settled, complaints: scalars } = settleScalars(merged.value, CONFIG_SCHEMA);
  const { value, complaints: credentials } = withCredentials(isRecord(settled) ? settled : {});
  const fullEnv = withVariables(value, env);
  const resolved = resolveEnvironment(value, fullEnv);
  const { complaints: unset, leftOut } = readUnsetVariables(resolved.unset);
  const { rest: written, entries, complaints: shapes } = validateShape(resolved.value);
  const early = [...credentials, ...shapes];
  const first = [...unset, ...scalars];
  if (written === null) return { config: null, complaints: [...first, ...withoutFollowUps(early, first)] };
  const rest = withProviderDefaults(written, fullEnv);
  const place = (complaint: Complaint) => ({ ...complaint, path: originalPath(complaint.path, entries) });
  const context = { entries, names: namesIn(value) };
  const ruled = RULES.flatMap((rule) => rule(rest, context)).map(place);
  const faulty = new Set(
    [...scalars, ...early, ...ruled].filter(isEntryError).map(({ path }) => Number(path[1])),
  );
  const built = buildConfig(rest, { leftOut, faulty, entries, env: fullEnv });
  const localhost = inContainer ? localhostComplaints(built.config) : [];
  const all = [...early, ...ruled, ...[...built.complaints, ...localhost].map(place)];
  const complaints = [...first, ...withoutFollowUps(all, first)];
  const foreign = new Set([...built.foreign].map((index) => entries[index] ?? index));
  const outcome = { config: built.config, waits: built.waits, foreign };
  return { config: built.config, complaints: settleEntries(complaints, outcome) };
}

/** Also of entries that are at fault: what points to them is not. */
function namesIn({ model_list: list }: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const names = (Array.isArray(list) ? list : []).map((entry: unknown) =>
    isRecord(entry) ? entry["model_name"] : undefined,
  );
  return new Set(names.filter((name) => typeof name === "string"));
}

/** Leaves out what is no fault of its own: what stands in place of a value told of already, and a list emptied of faulty entries. */
function withoutFollowUps(complaints: readonly Complaint[], first: readonly Complaint[]): Complaint[] {
  const told = new Set(first.map(({ path }) => printPath(path)));
  const entryIsFaulty = [...first, ...complaints].some(isEntryError);
  return complaints.filter(({ path }) => {
    const where = printPath(path);
    return !told.has(where) && !(entryIsFaulty && where === "model_list");
  });
}

/** LiteLLM sets `environment_variables`, one after the other, before it reads the other sections. */
function withVariables(value: Readonly<Record<string, unknown>>, env: Environment): Environment {
  const written = value["environment_variables"];
  if (!isRecord(written)) return env;
  const all: Record<string, string | undefined> = { ...env };
  for (const [key, part] of Object.entries(written)) {
    const { value: resolved, unset } = resolveEnvironment({ part }, all);
    const { part: text } = resolved as { part?: unknown };
    // Anything but these is complained of as what it is.
    const isText = typeof text === "string" || typeof text === "number" || typeof text === "boolean";
    if (isText && unset.length === 0) all[key] = String(text);
  }
  return all;
}

/** Files that a config names, as it names them, so that the caller can read them. */
export interface NamedFiles {
  readonly includes: readonly string[];
  /** `rollcall.env_file` */
  readonly envFile: string | null;
}

/** However its key is written, a file that names others has one of these: the rest is not parsed twice. */
const MAY_NAME = /include|env_file|\\/;

/** Unreadable YAML names nothing. */
export function namedFiles(text: string): NamedFiles {
  if (!MAY_NAME.test(text)) return { includes: [], envFile: null };
  const { value } = readSource({ file: "", text });
  const { include, rollcall } = (value ?? {}) as {
    include?: unknown;
    rollcall?: { env_file?: unknown } | null;
  };
  const envFile = rollcall?.env_file;
  return {
    includes: Array.isArray(include) ? include.filter((file) => typeof file === "string") : [],
    envFile: typeof envFile === "string" ? envFile : null,
  };
}
