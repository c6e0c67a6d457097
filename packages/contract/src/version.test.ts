import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { VERSION } from "./version.ts";

test.each(["contract", "gateway", "prober", "cli"])("the version is that of the package %s", async (name) => {
  const manifest = await readFile(new URL(`../../${name}/package.json`, import.meta.url), "utf8");
  expect(JSON.parse(manifest)).toMatchObject({ version: VERSION });
});
