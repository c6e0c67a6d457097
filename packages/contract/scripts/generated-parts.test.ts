import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readmeWithReasons } from "./reasons-table.ts";

/** The formatter pads the cells of a table; words are what counts. */
const words = (text: string) => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");

test("the README's table of reasons is the source's: `npm run docs` writes it", () => {
  const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
  expect(words(readme)).toBe(words(readmeWithReasons(readme)));
});
