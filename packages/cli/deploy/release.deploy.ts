import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run as runProgram } from "@rollcall/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { documentedBlocks } from "../test/shell-blocks.ts";
import { missingTools, Scratch } from "./bare-machine.ts";
import { copyCheckout } from "./checkout.ts";

const PAGE = "deploy/README.md";

const scratch = new Scratch();
const checkout = scratch.path("checkout");
const IDENTITY = { GIT_AUTHOR_NAME: "test", GIT_AUTHOR_EMAIL: "test@localhost" };
const COMMITTER = { GIT_COMMITTER_NAME: "test", GIT_COMMITTER_EMAIL: "test@localhost" };

beforeAll(async () => {
  await copyCheckout(checkout);
});
afterAll(() => scratch.remove());

const run = (program: string, args: readonly string[]) => {
  const { HOME = "", NODE_EXTRA_CA_CERTS } = process.env;
  const registry = NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS };
  return runProgram(program, args, { cwd: checkout, env: { HOME, ...registry, ...IDENTITY, ...COMMITTER } });
};

const git = async (...args: readonly string[]) => (await run("git", args)).out.trim();
const release = (...args: readonly string[]) =>
  run(process.execPath, [path.join(checkout, "packages/cli/scripts/release.ts"), ...args]);

test("the package is built and packed by the page's commands, in a fresh checkout", async () => {
  for (const { script } of documentedBlocks(PAGE, "The package"))
    expect(await run("bash", ["-ec", script])).toMatchObject({ code: 0 });
  expect(readdirSync(checkout).filter((file) => /^rollcall-\d.*\.tgz$/.test(file))).toHaveLength(1);
  await run("bash", ["-c", "rm rollcall-*.tgz"]);
});

test("a release is refused where something is not committed, or the version is not the next", async () => {
  writeFileSync(path.join(checkout, "forgotten.txt"), "");
  expect(await release("9.0.0")).toMatchObject({ code: 1, err: expect.stringContaining("not committed") });
  await run("rm", ["forgotten.txt"]);
  expect(await release("0.0.1")).toMatchObject({ code: 1, err: expect.stringContaining("is not after") });
});

test("a dry run says what would change, and changes nothing", async () => {
  const { code, out } = await release("9.0.0", "--dry-run");
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining("packages/cli/CHANGELOG.md") });
  expect([await git("status", "--porcelain"), await git("tag", "--list")]).toEqual(["", ""]);
});

test("a release is one commit and its tag, and a package that says so", async () => {
  const packages = scratch.path("packages");
  const { code, out, err } = await release("9.0.0", "--unchecked", "--out", packages);
  expect({ code, err }).toMatchObject({ code: 0 });
  expect(out).toMatch(/sha256 [0-9a-f]{64} {2}rollcall-9\.0\.0\.tgz/);
  expect(existsSync(path.join(packages, "rollcall-9.0.0.tgz"))).toBe(true);
  expect(await git("describe", "--exact-match")).toBe("v9.0.0");
  expect(await git("log", "-1", "--format=%s")).toBe("release: 9.0.0");
  expect(await git("status", "--porcelain")).toBe("");
  expect(readFileSync(path.join(checkout, "packages/cli/CHANGELOG.md"), "utf8")).toMatch(
    /^## \[Unreleased\]\n\n## \[9\.0\.0\] - \d{4}-\d\d-\d\d\n/m,
  );
  const left = await git(
    "grep",
    "-n",
    "-F",
    "0.1.0",
    "--",
    "packages/*/package.json",
    "deploy",
    "packages/contract/src/version.ts",
  );
  expect(left).toBe("");
  expect(await release("9.0.0")).toMatchObject({
    code: 1,
    err: expect.stringContaining("there is a tag v9.0.0"),
  });
});

const missing = missingTools(["promtool"]);
test.skipIf(missing.length > 0)("the rules pass the page's commands", async () => {
  for (const { script } of documentedBlocks(PAGE, "Prometheus and Grafana"))
    expect(await run("bash", ["-ec", script])).toMatchObject({ code: 0 });
});
