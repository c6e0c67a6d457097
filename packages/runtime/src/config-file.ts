import path from "node:path";
import { parseEnv } from "node:util";
import {
  examineConfig,
  namedFiles,
  parseConfig,
  type ConfigTexts,
  type Environment,
  type Examined,
  type HostContext,
  type NamedFiles,
  type Parsed,
  type SourceText,
} from "@rollcall/contract";
import { EXIT, StartError } from "./exit-codes.ts";
import { lookAt, type FileLook } from "./file-look.ts";
import { printConfigPath } from "./standard-input.ts";

/** All texts that a config is made of, unread: to be compared before they are parsed. */
export interface ConfigFiles {
  readonly texts: ConfigTexts;
  /** Lines of `rollcall.env_file`. */
  readonly envText: string | null;
  /** The other files that the main one names, as it names them. */
  readonly named: NamedFiles;
}

export interface ConfigReading {
  /** The last reading: a main text that has not changed is not parsed again for what it names. */
  readonly last?: ConfigFiles | null;
  /** How a file is read. */
  readonly look?: (path: string) => FileLook;
}

/**
 * Reads a config file with what it includes and its env file (paths relative to it). Throws StartError where a file
 * cannot be read.
 */
export function readConfigFiles(
  file: string,
  { last = null, look = lookAt }: ConfigReading = {},
): ConfigFiles {
  // Whole where the config's own was given whole: from the root directory, as under systemd, it would lack its slash.
  const shown = (place: string) => (path.isAbsolute(file) ? place : path.relative("", place) || place);
  const read = (name: string, from: string) => {
    const place = path.resolve(path.dirname(file), name);
    return readText(look(place), { place, shown: shown(place), from });
  };
  const main = readText(look(file), { place: file, shown: shown(file), from: "--config" });
  const named = last?.texts.main.text === main.text ? last.named : namedFiles(main.text);
  const included = named.includes.map((name) => read(name, `include: in ${file}`));
  const envText = named.envFile === null ? null : read(named.envFile, `rollcall.env_file in ${file}`).text;
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
function fullEnvironment(envText: string | null, processEnv: Environment): Environment {
  return envText === null ? processEnv : { ...processEnv, ...parseEnv(envText) };
}

export function parseConfigFiles(
  { texts, envText }: ConfigFiles,
  processEnv: Environment,
  host: HostContext,
): LoadedConfig {
  const env = fullEnvironment(envText, processEnv);
  return { ...parseConfig(texts, env, host), env };
}

/** Reads and parses a config with all that it names. Throws StartError where a file cannot be read. */
export function loadConfig(file: string, processEnv: Environment, host: HostContext): LoadedConfig {
  return parseConfigFiles(readConfigFiles(file), processEnv, host);
}

export interface ExaminedConfig extends LoadedConfig, Examined {}

/** The same with what becomes of each setting. */
export function examineConfigFile(file: string, processEnv: Environment, host: HostContext): ExaminedConfig {
  const { texts, envText } = readConfigFiles(file);
  const env = fullEnvironment(envText, processEnv);
  return { ...examineConfig(texts, env, host), env };
}

function readText(
  { text, problem }: FileLook,
  { place, shown, from }: { readonly place: string; readonly shown: string; readonly from: string },
): SourceText {
  if (text === null)
    throw new StartError(`cannot read ${printConfigPath(place)} (${from}): ${problem}`, EXIT.usage);
  return { file: printConfigPath(shown), text };
}
