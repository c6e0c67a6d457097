import * as fc from "fast-check";
import { expect, test } from "vitest";
import { applyEdit, applyEdits, type Edit } from "./edits.ts";

const BODY = Buffer.from("0123456789");
const edit = (start: number, end: number, text: string): Edit => ({ start, end, bytes: Buffer.from(text) });
const edited = (...edits: readonly Edit[]) => Buffer.concat(applyEdits(BODY, edits)).toString();

test.each<[string, readonly Edit[], string]>([
  ["none", [], "0123456789"],
  ["one that puts in", [edit(3, 3, "abc")], "012abc3456789"],
  ["one that leaves out", [edit(3, 5, "")], "01256789"],
  ["several, in any order", [edit(8, 9, "B"), edit(0, 2, "A")], "A234567B9"],
  ["two at one place", [edit(4, 4, "a"), edit(4, 6, "b")], "0123ab6789"],
])("%s", (_case, edits, expected) => {
  expect(edited(...edits)).toBe(expected);
});

test("one edit is one of several", () => {
  fc.assert(
    fc.property(fc.nat(10), fc.nat(10), fc.string(), (a, b, text) => {
      const one = edit(Math.min(a, b), Math.max(a, b), text);
      expect(Buffer.concat(applyEdit(BODY, one)).toString()).toBe(edited(one));
    }),
  );
});
