import { execFile, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const PREFIX = path.join(os.tmpdir(), "rollcall-deploy-debian");
const SUITE = "bookworm";

/** What must be on this machine for a bare one to be made; empty where all is there. */
export function missingTools(tools: readonly string[]): readonly string[] {
  const missing = tools.filter((tool) => spawnSync(tool, ["--version"]).error !== undefined);
  return process.getuid?.() === 0 ? missing : [...missing, "root"];
}

interface MachineKind {
  readonly name: string;
  /** Debian's packages on it beside those that every machine has. */
  readonly packages: readonly string[];
}

/**
 * A directory that holds Debian as it is installed first, Node and npm in /usr/local, and what this machine needs to reach
 * its registry. Made once and kept, since that takes a minute; to be copied, never changed. Throws with debootstrap's words.
 */
export async function bareMachine(kind?: MachineKind): Promise<string> {
  const base = kind === undefined ? PREFIX : `${PREFIX}-${kind.name}`;
  const done = path.join(base, "etc/rollcall-base");
  if (existsSync(done)) return base;
  rmSync(base, { recursive: true, force: true });
  const packages = ["ca-certificates", ...(kind?.packages ?? [])].join(",");
  await run("debootstrap", ["--variant=minbase", `--include=${packages}`, SUITE, base], { maxBuffer: 1e8 });
  const npm = spawnSync("sh", ["-c", 'readlink -f "$(command -v npm)"'], { encoding: "utf8" }).stdout.trim();
  const modules = path.join(base, "usr/local/lib/node_modules");
  mkdirSync(modules, { recursive: true });
  cpSync(process.execPath, path.join(base, "usr/local/bin/node"));
  cpSync(path.resolve(npm, "../.."), path.join(modules, "npm"), { recursive: true });
  for (const name of ["npm", "npx"])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, path.join(base, "usr/local/bin", name));
  const certificates = process.env["NODE_EXTRA_CA_CERTS"];
  if (certificates !== undefined)
    cpSync(certificates, path.join(base, CERTIFICATES), { dereference: true, force: true });
  mkdirSync(done);
  return base;
}

/** Where the certificates of whoever stands between this machine and its registry lie in a bare one. */
export const CERTIFICATES = "etc/ssl/certs/ca-certificates.crt";

/** A directory of its own, which is removed with all that is in it. */
export class Scratch {
  readonly directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-deploy-"));

  path(...parts: readonly string[]): string {
    return path.join(this.directory, ...parts);
  }

  read(...parts: readonly string[]): string {
    return readFileSync(this.path(...parts), "utf8");
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
