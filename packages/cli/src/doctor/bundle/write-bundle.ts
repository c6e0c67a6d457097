import { writeFileSync } from "node:fs";
import os from "node:os";
import { printFileError, StartError, systemClock } from "@rollcall/runtime";
import { createTar } from "nanotar";
import { introduce } from "./known-to-redactor.ts";
import { gatherParts, type BundleSource, type Part } from "./parts.ts";
import { Redactor } from "./redactor.ts";

/** Writes what helps with a report of a bug: a new tar, for this user alone, without keys and hosts. */
export async function writeBundle(file: string, source: BundleSource): Promise<{ readonly bytes: number }> {
  const redactor = new Redactor();
  redactor.host(os.hostname());
  if (source.site.config !== null) introduce(redactor, source.site);
  const parts = await gatherParts(source, redactor);
  const tar = pack(parts.map(({ name, text }) => ({ name, text: redactor.text(text) })));
  try {
    writeFileSync(file, tar, { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new StartError(`cannot write ${file}: ${printFileError(error)}; name another with --bundle`);
  }
  return { bytes: tar.length };
}

function pack(parts: readonly Part[]): Uint8Array {
  const attrs = { mode: "600", uid: 0, gid: 0, mtime: systemClock.now() };
  return createTar(parts.map(({ name, text }) => ({ name: `rollcall-bundle/${name}`, data: text, attrs })));
}
