import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { withGeneratedParts } from "./generated-parts.ts";

/** The formatter pads the cells of a table; words are what counts. */
const words = (text: string) => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");

test("the README's tables are the source's: `npm run docs` writes them", () => {
  const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
  expect(words(readme)).toBe(words(withGeneratedParts(readme)));
});
