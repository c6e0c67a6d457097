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

/** All texts that a config is made of, unread: to be compared before they are parsed. */
export interface ConfigFiles {
  readonly texts: ConfigTexts;
  /** Lines of `rollcall.env_file`. */
  readonly envText: string | null;
}

export function readConfigFiles(file: string): ConfigFiles {
  const texts = readConfigTexts(file);
  const name = envFileOf(texts.main.text);
  if (name === null) return { texts, envText: null };
  const { text } = readText(path.resolve(path.dirname(file), name), `rollcall.env_file in ${file}`);
  return { texts, envText: text };
}

export function sameFiles(one: ConfigFiles, other: ConfigFiles): boolean {
  return textOf(one) === textOf(other);
}

function textOf({ texts, envText }: ConfigFiles): string {
  return JSON.stringify([texts.main, ...texts.included, envText]);
}

export interface LoadedConfig extends Parsed {
  /** The process's environment and, over it, what `rollcall.env_file` says. */
  readonly env: Environment;
}

/** The env file wins: what the process inherited cannot change, and a rotated key must. */
export function parseConfigFiles(
  { texts, envText }: ConfigFiles,
  processEnv: Environment,
  surroundings: Surroundings,
): LoadedConfig {
  const env = envText === null ? processEnv : { ...processEnv, ...parseEnv(envText) };
  return { ...parseConfig(texts, env, surroundings), env };
}

/** Reads and parses a config with all that it names. Throws StartError where a file cannot be read. */
export function loadConfig(file: string, processEnv: Environment, surroundings: Surroundings): LoadedConfig {
  return parseConfigFiles(readConfigFiles(file), processEnv, surroundings);
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
