import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const HERE = import.meta.dirname;
const METRIC = /\brollcall_(?:gateway|prober)_[a-z_]+/g;

/** A page that a test holds against the registries. */
const documented = new Set(
  readFileSync(path.join(HERE, "../../docs/operations.md"), "utf8").match(METRIC) ?? [],
);

const read = globSync("**/*.ts", { cwd: HERE }).flatMap((file) =>
  (readFileSync(path.join(HERE, file), "utf8").match(METRIC) ?? []).map((name) => [name, file] as const),
);

test("benches read metrics at all", () => {
  expect(read.length).toBeGreaterThan(0);
});

test.each(read)("%s, which %s reads, is a metric", (name) => {
  expect(documented).toContain(name.replace(/_(?:bucket|sum|count)$/, ""));
});
