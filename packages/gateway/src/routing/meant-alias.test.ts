import { expect, test } from "vitest";
import { configOf } from "../../test/deployments.ts";
import { meantAlias } from "./meant-alias.ts";

const config = configOf({ one: { alias: "coder" }, two: { alias: "org/embed" }, three: { alias: "r1" } });
const names = { config, table: { listed: ["coder", "org/embed", "r1"] } };

test.each<[string, string, string | null]>([
  ["a letter missing", "codr", "coder"],
  ["other case", "CODER", "coder"],
  ["two letters wrong in a long one", "org/emdeb", "org/embed"],
  ["three letters wrong", "org/emxyz", null],
  ["two letters in each other's place", "cdoer", "coder"],
  ["one wrong of two", "r2", "r1"],
  ["a short one that shares nothing", "o3", null],
  ["the name that its server knows", "upstream-name", "coder"],
  ["something else", "gpt-5", null],
  ["nothing", "", null],
  ["a text that is no name", "coder".repeat(100_000), null],
])("%s: %.20j means %j", (_case, name, meant) => {
  expect(meantAlias(name, names)).toBe(meant);
});

test("an alias that is not listed is not told", () => {
  expect(meantAlias("upstream-name", { config, table: { listed: ["other"] } })).toBe(null);
  expect(meantAlias("codr", { config, table: { listed: ["other"] } })).toBe(null);
});
