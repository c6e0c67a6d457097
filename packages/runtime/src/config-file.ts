import { readFileSync } from "node:fs";
import path from "node:path";
import {
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

export function loadConfig(file: string, env: Environment, surroundings: Surroundings): Parsed {
  return parseConfig(readConfigTexts(file), env, surroundings);
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
