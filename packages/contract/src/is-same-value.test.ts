import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isSameValue } from "./is-same-value.ts";

test("a value is the same as its copy", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(isSameValue(value, structuredClone(value))).toBe(true);
    }),
  );
});

test.each<[string, readonly [unknown, unknown], boolean]>([
  ["an absent part and an undefined one", [{ a: 1 }, { a: 1, b: undefined }], true],
  [
    "parts in another order",
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    true,
  ],
  ["another part deep inside", [{ a: [{ b: 1 }] }, { a: [{ b: 2 }] }], false],
  ["a part more", [{ a: 1 }, { a: 1, b: null }], false],
  ["a list that is longer", [[1], [1, 2]], false],
  [
    "a list in another order",
    [
      [1, 2],
      [2, 1],
    ],
    false,
  ],
  ["a list and a record", [[], {}], false],
  ["null and a record", [null, {}], false],
  ["zero and false", [0, false], false],
])("%s", (_about, [one, other], same) => {
  expect([isSameValue(one, other), isSameValue(other, one)]).toEqual([same, same]);
});
