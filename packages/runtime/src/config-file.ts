import { readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import {
  envFileOf,
  includesOf,
  parseConfig,
  type ConfigTexts,
  type Environment,
  type Parsed,
  type SourceText,
  type Surroundings,
} from "@rollcall/contract";
import { StartError } from "./exit-codes.ts";

/** Reads a config file and what it includes (paths relative to it). Throws StartError where a file cannot be read. */
export function readConfigTexts(file: string): ConfigTexts {
  const main = readText(file, "--config");
  const included = includesOf(main.text).map((name) =>
    readText(path.resolve(path.dirname(file), name), `include: in ${file}`),
  );
  return { main, included };
}

export interface LoadedConfig extends Parsed {
  /** The process's environment and, over it, what `rollcall.env_file` says. */
  readonly env: Environment;
}

/** Reads and parses a config with all that it names. Throws StartError where a file cannot be read. */
export function loadConfig(file: string, processEnv: Environment, surroundings: Surroundings): LoadedConfig {
  const texts = readConfigTexts(file);
  const env = withEnvFile(texts.main.text, { file, env: processEnv });
  return { ...parseConfig(texts, env, surroundings), env };
}

/** The file wins: what the process inherited cannot change, and a rotated key must. */
function withEnvFile(text: string, { file, env }: { file: string; env: Environment }): Environment {
  const name = envFileOf(text);
  if (name === null) return env;
  const { text: lines } = readText(path.resolve(path.dirname(file), name), `rollcall.env_file in ${file}`);
  return { ...env, ...parseEnv(lines) };
}

function readText(file: string, from: string): SourceText {
  try {
    return { file: path.relative("", file) || file, text: readFileSync(file, "utf8") };
  } catch (fault) {
    throw new StartError(`cannot read ${file} (${from}): ${plainFault(fault)}`, 64);
  }
}

const FAULT_WORDS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a directory",
  EACCES: "permission denied",
};

/** A file system error in words. */
export function plainFault(fault: unknown): string {
  const code = (fault as NodeJS.ErrnoException | null)?.code;
  return FAULT_WORDS[code ?? ""] ?? code ?? "unreadable";
}
