import { expect, test } from "vitest";
import { Interned } from "./interned.ts";

test("of all that are alike the first is given", () => {
  const lists = new Interned<readonly string[]>(JSON.stringify);
  const first = ["a"];
  expect(lists.share(first)).toBe(first);
  expect(lists.share(["a"])).toBe(first);
  const other = ["b"];
  expect(lists.share(other)).toBe(other);
});

test("it keeps no more than ten thousand, and gives what is alike in any case", () => {
  const lists = new Interned<readonly number[]>(JSON.stringify);
  const first = [0];
  for (let value = 0; value <= 10_000; value += 1) lists.share(value === 0 ? first : [value]);
  const again = [0];
  expect(lists.share(again)).toBe(again);
  expect(lists.share([0])).toBe(again);
});
