import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { noteVersion } from "@rollcall/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunningCommand } from "../test/harness.ts";
import { pack, type Packed } from "./packed.ts";

const MIB = 1_024 * 1_024;
const run = promisify(execFile);

let packed: Packed;
beforeAll(async () => {
  packed = await pack();
});
afterAll(() => packed.remove());

test("the tarball is small, complete, and runs nothing when it is installed", () => {
  process.stdout.write(
    `packed: ${(packed.size / MIB).toFixed(1)} MiB, unpacked ${(packed.unpackedSize / MIB).toFixed(1)} MiB\n`,
  );
  expect(packed.unpackedSize).toBeLessThan(15 * MIB);
  expect(packed.files).toEqual(
    expect.arrayContaining([
      "bin/rollcall.js",
      "man/rollcall.1",
      "sbom.cdx.json",
      "LICENSE",
      "THIRD-PARTY-LICENSES.txt",
    ]),
  );
  expect(packed.files.filter((file) => /\.ts$|\.test\.|(^|\/)(bench|clients|testkit)\//.test(file))).toEqual(
    [],
  );
});

interface Machine {
  readonly name: string;
  /** The directory of its `node`. */
  readonly node: string;
  /** npm's script, for `node` to run. */
  readonly npm: string;
}

/** The machine's own Node, however old, and the workspace's. */
function machines(): readonly Machine[] {
  const own = (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .find((directory) => existsSync(path.join(directory, "npm")) && existsSync(path.join(directory, "node")));
  if (own === undefined) throw new Error("npm is not on the PATH beside a node: install Node.js 20 or newer");
  const npm = spawnSync("readlink", ["-f", path.join(own, "npm")], { encoding: "utf8" }).stdout.trim();
  return [
    { name: "the machine's own Node", node: own, npm },
    { name: "this Node", node: path.dirname(process.execPath), npm },
  ];
}

/** How the machine reaches its registry, and nothing of the npm that runs this test. */
function withoutNpm(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|VITEST)/.test(name));
  return Object.fromEntries(kept) as Record<string, string>;
}

describe.each(machines())("on $name", ({ node, npm }) => {
  const home = mkdtempSync(path.join(os.tmpdir(), "rollcall-installed-"));
  const folder = path.join(home, "empty");
  const prefix = path.join(home, "global");
  const program = path.join(node, "node");
  const env = { ...withoutNpm(process.env), HOME: home, PATH: `${node}:/usr/bin:/bin` };
  const npmRun = (args: readonly string[], cwd = folder) =>
    run(program, [npm, ...args, "--no-audit", "--no-fund"], { cwd, env });

  beforeAll(() => {
    mkdirSync(folder);
  });
  afterAll(() => rmSync(home, { recursive: true }));

  test("`npm install` in an empty folder, then `npx rollcall demo` streams", async ({ task }) => {
    const { stdout } = await run(program, ["--version"]);
    noteVersion(task, [`node (${stdout.trim().slice(1).split(".")[0]})`, stdout.trim().slice(1)]);
    await npmRun(["install", packed.tarball]);
    const manifests = JSON.parse(readFileSync(path.join(folder, "package-lock.json"), "utf8"));
    expect(Object.keys(manifests.packages).toSorted()).toEqual(
      expect.arrayContaining(["", "node_modules/rollcall"]),
    );
    const began = performance.now();
    const demo = new RunningCommand(["exec", "--", "rollcall", "demo", "--port", "0", "--prober-port", "0"], {
      program: [program, npm],
      cwd: folder,
      env,
      isGroup: true,
    });
    await demo.sees(/model "chat", streamed\n {2}\w+( \S+)+/, 60_000);
    process.stdout.write(`streamed ${Math.round(performance.now() - began)} ms after the install's end\n`);
    await demo.sees(/Ctrl-C ends everything/);
    await demo.stop("SIGINT");
  });

  test("the Node that it brings is held by the lock file's integrity", () => {
    const { packages } = JSON.parse(readFileSync(path.join(folder, "package-lock.json"), "utf8")) as {
      packages: Record<string, { integrity?: string; hasInstallScript?: boolean }>;
    };
    const brought = Object.entries(packages).filter(([name]) => name.startsWith("node_modules/node-"));
    expect(brought.length).toBeGreaterThan(0);
    for (const [, { integrity }] of brought) expect(integrity).toMatch(/^sha512-/);
    expect(Object.values(packages).some(({ hasInstallScript }) => hasInstallScript === true)).toBe(false);
  });

  test("`npm install --global` puts command and manual page where they are found", async () => {
    await npmRun(["install", "--global", "--prefix", prefix, packed.tarball]);
    const bin = path.join(prefix, "bin/rollcall");
    const { stdout } = await run(bin, ["--version"], { env });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(existsSync(path.join(prefix, "share/man/man1/rollcall.1"))).toBe(true);
    const completion = await run(bin, ["completion", "bash"], { env });
    expect(completion.stdout).toContain("complete -F _rollcall rollcall");
  });

  test("uninstalled, it leaves nothing", async () => {
    await npmRun(["uninstall", "rollcall"]);
    await npmRun(["uninstall", "--global", "--prefix", prefix, "rollcall"]);
    const left = [folder, prefix].flatMap((root) =>
      readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => /rollcall|node-/.test(file)),
    );
    expect(left).toEqual([]);
    const other = readdirSync(home).filter((name) => ![".npm", "empty", "global"].includes(name));
    expect(other).toEqual([]);
  });
});
