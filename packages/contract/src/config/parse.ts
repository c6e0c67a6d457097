import { buildConfig } from "./build.ts";
import type { Config } from "./config.ts";
import { resolveEnvironment, type Environment } from "./environment.ts";
import { localhostComplaints } from "./localhost.ts";
import { mergeSources, type Merged } from "./merge.ts";
import type { Complaint, Problem } from "./problem.ts";
import { RULES } from "./rules.ts";
import { readSource, type SourceText } from "./source.ts";
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

export interface Surroundings {
  /** Inside a container localhost is the container itself. */
  readonly inContainer: boolean;
}

/** Text → config, or every complaint at once with file, line and column. */
export function parseConfig(
  { main, included }: ConfigTexts,
  env: Environment,
  { inContainer }: Surroundings = { inContainer: false },
): Parsed {
  const sources = [main, ...included].map(readSource);
  const problems = sources.flatMap((source) => source.problems);
  const [first, ...rest] = sources;
  if (problems.length > 0 || first === undefined) return { config: null, problems };
  const merged = mergeSources(first, rest);
  const { config, complaints } = readMerged(merged, env);
  const all = inContainer && config !== null ? [...complaints, ...localhostComplaints(config)] : complaints;
  const placed = all.map(({ severity, path, message }): Problem => ({
    severity,
    path,
    message,
    at: merged.locate(path),
  }));
  placed.sort(
    (a, b) => a.at.file.localeCompare(b.at.file) || a.at.line - b.at.line || a.at.column - b.at.column,
  );
  return { config: placed.some((problem) => problem.severity === "error") ? null : config, problems: placed };
}

interface Read {
  readonly config: Config | null;
  readonly complaints: readonly Complaint[];
}

function readMerged(merged: Merged, env: Environment): Read {
  const resolved = resolveEnvironment(merged.value, withVariables(merged.value, env));
  const { rest, entries, complaints } = validateShape(resolved.value);
  const early = [...merged.complaints, ...resolved.complaints, ...complaints];
  if (rest === null) return { config: null, complaints: early };
  const built = buildConfig(rest);
  const late = [...RULES.flatMap((rule) => rule(rest)), ...built.complaints];
  for (const complaint of late) early.push({ ...complaint, path: originalPath(complaint.path, entries) });
  return { config: built.config, complaints: early };
}

/** LiteLLM sets `environment_variables` before it reads the other sections. */
function withVariables(value: Readonly<Record<string, unknown>>, env: Environment): Environment {
  const written = value["environment_variables"];
  if (typeof written !== "object" || written === null) return env;
  const resolved = resolveEnvironment(written, env).value as Record<string, unknown>;
  const texts = Object.entries(resolved).map(([key, part]) => [key, String(part)]);
  return { ...env, ...Object.fromEntries(texts) };
}

/** The files that a config asks to include, so that the caller can read them. Unreadable YAML includes nothing. */
export function includesOf(text: string): readonly string[] {
  const { value } = readSource({ file: "", text });
  const include = (value as { include?: unknown } | null | undefined)?.include;
  return Array.isArray(include) ? include.filter((file) => typeof file === "string") : [];
}
