import { readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import {
  namedFiles,
  parseConfig,
  type ConfigTexts,
  type Environment,
  type NamedFiles,
  type Parsed,
  type SourceText,
  type Surroundings,
} from "@rollcall/contract";
import { StartError } from "./exit-codes.ts";

/** All texts that a config is made of, unread: to be compared before they are parsed. */
export interface ConfigFiles {
  readonly texts: ConfigTexts;
  /** Lines of `rollcall.env_file`. */
  readonly envText: string | null;
  /** The other files that the main one names, as it names them. */
  readonly named: NamedFiles;
}

/**
 * Reads a config file with what it includes and its env file (paths relative to it). Throws StartError where a file
 * cannot be read. Given the last reading, a main text that has not changed is not parsed again for what it names.
 */
export function readConfigFiles(file: string, last: ConfigFiles | null = null): ConfigFiles {
  const main = readText(file, "--config");
  const named = last?.texts.main.text === main.text ? last.named : namedFiles(main.text);
  const beside = (name: string, from: string) => readText(path.resolve(path.dirname(file), name), from);
  const included = named.includes.map((name) => beside(name, `include: in ${file}`));
  const envText = named.envFile === null ? null : beside(named.envFile, `rollcall.env_file in ${file}`).text;
  return { texts: { main, included }, envText, named };
}

export function sameFiles(one: ConfigFiles, other: ConfigFiles): boolean {
  const [texts, others] = [one, other].map(({ texts: { main, included }, envText }) => [
    envText,
    ...[main, ...included].flatMap(({ file, text }) => [file, text]),
  ]);
  return texts?.length === others?.length && texts?.every((text, index) => text === others?.[index]) === true;
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
