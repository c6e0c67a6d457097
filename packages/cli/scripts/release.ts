import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { releaseEdits, whyNotAfter } from "./release-edits.ts";

/**
 * `npm run release -- X.Y.Z [--dry-run] [--unchecked] [--out <directory>]`: sets the version, builds, packs, checks what was
 * packed, commits and tags. Nothing leaves this machine. `--unchecked`: the lane test:deploy has just passed.
 */
const ROOT = path.join(import.meta.dirname, "../../..");
const PACKAGE = path.join(ROOT, "packages/cli");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "dry-run": { type: "boolean", default: false },
    unchecked: { type: "boolean", default: false },
    out: { type: "string", default: path.join(ROOT, "dist") },
  },
});

/** Throws with what the program said. */
function run(program: string, args: readonly string[], cwd = ROOT): string {
  return execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
}

const git = (...args: readonly string[]) => run("git", args);
const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");
const say = (line: string) => process.stdout.write(`${line}\n`);

function release(to: string): void {
  const { version: from } = JSON.parse(read("packages/cli/package.json")) as { version: string };
  const tag = `v${to}`;
  if (git("status", "--porcelain") !== "")
    throw new Error("there are changes that are not committed: git status");
  if (git("tag", "--list", tag) !== "")
    throw new Error(`there is a tag ${tag}: git tag --delete ${tag}, if it was never pushed`);
  const why = whyNotAfter(to, from, git("tag", "--list", `v${from}`) === "");
  if (why !== null) throw new Error(why);
  const day = new Date().toISOString().slice(0, 10);
  const edits = releaseEdits(git("ls-files").split("\n"), read, { from, to, day });
  say(`${from} → ${to} in ${edits.size} files:\n${[...edits.keys()].map((file) => `  ${file}`).join("\n")}`);
  if (values["dry-run"]) {
    say("nothing was changed, since --dry-run was given");
    return;
  }
  try {
    for (const [file, text] of edits) writeFileSync(path.join(ROOT, file), text);
    const tarball = packAndCheck(to);
    git("commit", "--quiet", "--message", `release: ${to}`, "--", ...edits.keys());
    git("tag", "--annotate", tag, "--message", `Rollcall ${to}`);
    sayNext(tag, tarball);
  } catch (error) {
    git("checkout", "--quiet", "--", ...edits.keys());
    throw error;
  }
}

/** The path of the tarball. */
function packAndCheck(to: string): string {
  run(process.execPath, [path.join(PACKAGE, "scripts/build.ts")]);
  mkdirSync(values.out, { recursive: true });
  const packed = run("npm", ["pack", "--json", "--pack-destination", values.out], path.join(PACKAGE, "dist"));
  const [{ filename, version }] = JSON.parse(packed) as [{ filename: string; version: string }];
  const says = run(process.execPath, [path.join(PACKAGE, "dist/bin/rollcall.js"), "--version"]);
  if (version !== to || says !== to)
    throw new Error(`what was built says ${version} and ${says}, and not ${to}`);
  if (!values.unchecked) {
    const config = path.join(PACKAGE, "deploy/vitest.config.ts");
    const vitest = path.join(ROOT, "node_modules/vitest/vitest.mjs");
    execFileSync(process.execPath, [vitest, "run", "--config", config, "package.deploy.ts"], {
      cwd: ROOT,
      stdio: "inherit",
    });
  }
  const tarball = path.join(values.out, filename);
  say(`sha256 ${createHash("sha256").update(readFileSync(tarball)).digest("hex")}  ${filename}`);
  return tarball;
}

/** Publishing is the owner's. */
function sayNext(tag: string, tarball: string): void {
  const version = tag.slice(1);
  say(`
tagged ${tag}. To publish it:
  git push origin HEAD ${tag}
  npm publish ${tarball}
  docker build -f deploy/docker/Dockerfile --build-arg VERSION=${version} -t <registry>/rollcall:${version} . && docker push <registry>/rollcall:${version}
To take it back before that: git tag --delete ${tag} && git reset --hard HEAD~1`);
}

const [to, ...more] = positionals;
try {
  if (to === undefined || more.length > 0)
    throw new Error("say which version: npm run release -- X.Y.Z [--dry-run]");
  release(to);
} catch (error) {
  process.stderr.write(`release: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
