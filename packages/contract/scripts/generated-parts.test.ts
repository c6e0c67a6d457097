import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { documentUrl, GENERATED_PARTS, withGeneratedPart } from "./generated-parts.ts";

/** The formatter pads the cells of a table; words are what counts. */
const words = (text: string) => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");

test.each(Object.keys(GENERATED_PARTS))(
  "the table in %s is the source's: `npm run docs` writes it",
  (name) => {
    const text = readFileSync(documentUrl(name), "utf8");
    expect(words(text)).toBe(words(withGeneratedPart(name, text)));
  },
);

test("a document without its marks is refused, not left as it is", () => {
  expect(() => withGeneratedPart("reasons.md", "# Reasons")).toThrow("reasons.md lacks <!-- reasons:");
});
