import * as fc from "fast-check";
import { expect, test } from "vitest";
import { WholeLines } from "./whole-lines.ts";

test.each<[string, string[], string[]]>([
  ["a line", ["one\n"], ["one\n", ""]],
  ["a line in two pieces", ["on", "e\n"], ["", "one\n", ""]],
  ["one and a half", ["one\ntw", "o\n"], ["one\n", "two\n", ""]],
  ["no end", ["one"], ["", "one\n"]],
  ["nothing", [""], ["", ""]],
  ["what has no end for long", ["x".repeat(70_000)], ["x".repeat(70_000), ""]],
])("%s", (_case, pieces, expected) => {
  const lines = new WholeLines();
  expect([...pieces.map((piece) => lines.take(piece)), lines.end()]).toEqual(expected);
});

test("whatever the pieces, each text that comes out ends a line, and nothing is lost", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("a", "bc\n", "\n", "d\ne")), (pieces) => {
      const lines = new WholeLines();
      const out = [...pieces.map((piece) => lines.take(piece)), lines.end()];
      expect(out.every((text) => text === "" || text.endsWith("\n"))).toBe(true);
      expect(out.join("").replace(/\n$/, "")).toBe(pieces.join("").replace(/\n$/, ""));
    }),
  );
});
