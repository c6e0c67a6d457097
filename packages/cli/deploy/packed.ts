import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const BUILD = fileURLToPath(new URL("../scripts/build.ts", import.meta.url));

/** The package as npm would publish it, in a directory of its own. */
export interface Packed {
  readonly tarball: string;
  /** What is in it. */
  readonly directory: string;
  /** In bytes: of the tarball, and of what it unpacks to. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly string[];
  remove(): void;
}

interface PackReport {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** Builds and packs. Throws with what the build or npm said. */
export async function pack(): Promise<Packed> {
  const home = mkdtempSync(path.join(os.tmpdir(), "rollcall-packed-"));
  const dist = path.join(home, "dist");
  await run(process.execPath, [BUILD, "--out", dist]);
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", home], { cwd: dist });
  const [report] = JSON.parse(stdout) as [PackReport];
  const { filename, size, unpackedSize, files } = report;
  return {
    tarball: path.join(home, filename),
    directory: dist,
    size,
    unpackedSize,
    files: files.map((file) => file.path),
    remove: () => rmSync(home, { recursive: true }),
  };
}
