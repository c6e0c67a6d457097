import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export interface ThirdParty {
  readonly name: string;
  readonly version: string;
  /** As its package.json has it: an SPDX expression. */
  readonly license: string;
  /** The text of its licence, and of its notice where it has one. */
  readonly text: string;
}

const LICENSE_FILE = /^(licen[cs]e|copying|notice)(\.|-|$)/i;

/** The packages that these files belong to, by name, with their licences; ours are none. Throws where a package has none. */
export function findThirdParties(modules: readonly string[]): readonly ThirdParty[] {
  const directories = new Set(modules.flatMap((file) => packageDirectory(file) ?? []));
  const found = [...directories].map(readThirdParty);
  return found.toSorted((one, other) => one.name.localeCompare(other.name));
}

/** `…/node_modules/@scope/name` of a file in it; null where it lies in no such directory. */
export function packageDirectory(file: string): string | null {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? null;
}

function readThirdParty(directory: string): ThirdParty {
  const read = (file: string) => readFileSync(path.join(directory, file), "utf8");
  const { name, version, license } = JSON.parse(read("package.json")) as ThirdParty;
  const files = readdirSync(directory).filter((file) => LICENSE_FILE.test(file));
  if (files.length === 0 || typeof license !== "string")
    throw new Error(`${name} ${version} has no licence that could be passed on`);
  return {
    name,
    version,
    license,
    text: files
      .toSorted()
      .map((file) => read(file).trim())
      .join("\n\n"),
  };
}

/** The file that lies beside the programs. */
export function printThirdParties(parties: readonly ThirdParty[]): string {
  const blocks = parties.map(
    ({ name, version, license, text }) => `${"-".repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`,
  );
  return `Rollcall contains code of these packages, under their licences.\n\n${blocks.join("\n")}`;
}
