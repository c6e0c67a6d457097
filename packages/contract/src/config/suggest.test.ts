import * as fc from "fast-check";
import { expect, test } from "vitest";
import { didYouMean, guessAmong, suggest } from "./suggest.ts";

const KNOWN = ["interval", "timeout", "host", "port"];

test.each([
  ["intervall", "interval"],
  ["intreval", "interval"],
  ["time_out", "timeout"],
  ["prt", "port"],
  ["PORT", "port"],
  ["Interval", "interval"],
  ["port", "port"],
])("%j was probably meant as %j", (found, meant) => {
  expect(suggest(found, KNOWN)).toBe(meant);
});

test.each(["", "x", "colour", "pt9", "completely else"])("for %j nothing is near enough", (found) => {
  expect(suggest(found, KNOWN)).toBeNull();
});

test("where nothing is known, nothing is suggested", () => {
  expect(suggest("port", [])).toBeNull();
});

test("a suggestion is always one of the known words", () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (found, known) => {
      const meant = suggest(found, known);
      expect(meant === null || known.includes(meant)).toBe(true);
    }),
  );
});

test("the words for it end a sentence, or are none", () => {
  expect(didYouMean("prt", KNOWN)).toBe(': did you mean "port"?');
  expect(didYouMean("colour", KNOWN)).toBe("");
});

test("among many words the first mistakes get a guess, and the later ones cost nothing", () => {
  const words = Array.from({ length: 400_000 }, (_, index) => `word-${index}`);
  const guess = guessAmong(words);
  const found = ["wrd-399999", "wrd-399998", "wrd-399997"].map(guess);
  expect(found).toEqual([': did you mean "word-399999"?', ': did you mean "word-399998"?', ""]);
});
