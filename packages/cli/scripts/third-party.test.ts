import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findThirdParties, packageDirectory, printThirdParties } from "./third-party.ts";

test.each([
  ["a file of a package", "/w/node_modules/pino/lib/a.js", "/w/node_modules/pino"],
  ["of a scope", "/w/node_modules/@hono/node-server/dist/a.mjs", "/w/node_modules/@hono/node-server"],
  [
    "the innermost, as pnpm lays them",
    "/w/node_modules/.pnpm/yaml@2.9.1/node_modules/yaml/dist/index.js",
    "/w/node_modules/.pnpm/yaml@2.9.1/node_modules/yaml",
  ],
  ["one of ours", "/w/packages/runtime/src/log.ts", null],
  ["what the bundler adds itself", "\0rolldown/runtime.js", null],
])("%s", (_what, file, directory) => {
  expect(packageDirectory(file)).toBe(directory);
});

/** Packages with these files, each beside a module `index.js`. */
function installed(packages: Readonly<Record<string, Readonly<Record<string, string>>>>): readonly string[] {
  const root = mkdtempSync(path.join(os.tmpdir(), "rollcall-licences-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  return Object.entries(packages).map(([name, files]) => {
    const directory = path.join(root, "node_modules", name);
    mkdirSync(directory, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(path.join(directory, file), text);
    return path.join(directory, "index.js");
  });
}

const manifest = (name: string) => JSON.stringify({ name, version: "1.2.3", license: "MIT" });

test("each package is named once, with its licence and its notice", () => {
  const modules = installed({
    zebra: { "package.json": manifest("zebra"), LICENCE: "striped\n" },
    ant: {
      "package.json": manifest("ant"),
      "LICENSE.md": "small",
      "NOTICE.txt": "and noted",
      "index.js": "",
    },
  });
  const text = printThirdParties(findThirdParties([...modules, ...modules]));
  expect(text.match(/^(ant|zebra) 1\.2\.3 \(MIT\)$/gm)).toEqual(["ant 1.2.3 (MIT)", "zebra 1.2.3 (MIT)"]);
  expect(text).toContain("small\n\nand noted\n");
  expect(text).toContain("striped\n");
});

test.each([
  ["no text of its licence", { "package.json": manifest("odd") }],
  ["no licence in its package.json", { "package.json": '{"name":"odd","version":"1"}', LICENSE: "text" }],
])("a package with %s cannot be shipped", (_what, files) => {
  expect(() => findThirdParties(installed({ odd: files }))).toThrow("has no licence that could be passed on");
});
