import { isRecord } from "../is-record.ts";
import { buildConfig } from "./build.ts";
import type { Config } from "./config.ts";
import { resolveEnvironment, type Environment } from "./environment.ts";
import { localhostComplaints } from "./localhost.ts";
import { mergeSources, type Merged } from "./merge.ts";
import { printPath, type Complaint, type Problem } from "./problem.ts";
import { RULES } from "./rules.ts";
import { readSource, type SourceText } from "./source.ts";
import { readUnsetVariables } from "./unset-variables.ts";
import { originalPath, validateShape } from "./validate.ts";

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
export function parseConfig(
  { main, included }: ConfigTexts,
  env: Environment,
  { inContainer }: HostContext = { inContainer: false },
): Parsed {
  const sources = [main, ...included].map(readSource);
  const problems = sources.flatMap((source) => source.problems);
  const [first, ...rest] = sources;
  if (problems.length > 0 || first === undefined) return { config: null, problems };
  const merged = mergeSources(first, rest);
  const { config, complaints } = readMerged(merged, env, { inContainer });
  const placed = complaints.map(({ severity, path, message }): Problem => ({
    severity,
    path,
    message,
    at: merged.locate(path),
  }));
  const order = sources.map((source) => source.file);
  placed.sort(
    (a, b) =>
      order.indexOf(a.at.file) - order.indexOf(b.at.file) ||
      a.at.line - b.at.line ||
      a.at.column - b.at.column,
  );
  return { config: placed.some((problem) => problem.severity === "error") ? null : config, problems: placed };
}

interface Read {
  readonly config: Config | null;
  readonly complaints: readonly Complaint[];
}

function readMerged(merged: Merged, env: Environment, { inContainer }: HostContext): Read {
  const resolved = resolveEnvironment(merged.value, withVariables(merged.value, env));
  const { complaints: unset, leftOut } = readUnsetVariables(resolved.unset);
  const { rest, entries, complaints: early } = validateShape(resolved.value);
  const built = rest === null ? null : buildConfig(rest, { leftOut, entries, env });
  const late =
    rest === null || built === null
      ? []
      : [
          ...RULES.flatMap((rule) => rule(rest, entries)),
          ...built.complaints,
          ...(inContainer ? localhostComplaints(built.config) : []),
        ];
  const placed = late.map((complaint) => ({ ...complaint, path: originalPath(complaint.path, entries) }));
  const complaints = [...unset, ...withoutFollowUps([...early, ...placed], unset)];
  return { config: built?.config ?? null, complaints };
}

/** Leaves out what is no fault of its own: what stands in place of an unset variable, and a list emptied of faulty entries. */
function withoutFollowUps(complaints: readonly Complaint[], unset: readonly Complaint[]): Complaint[] {
  const unsetPaths = new Set(unset.map(({ path }) => printPath(path)));
  const entryIsFaulty = complaints.some(
    ({ path, severity }) => severity === "error" && path[0] === "model_list" && path.length > 1,
  );
  return complaints.filter(({ path }) => {
    const where = printPath(path);
    return !unsetPaths.has(where) && !(entryIsFaulty && where === "model_list");
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

/** Unreadable YAML names nothing. */
export function namedFiles(text: string): NamedFiles {
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
