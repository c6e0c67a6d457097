import { expect, it } from "vitest";
import { added, ratio } from "./compare.ts";

it("compares round with round: a slow one that both had changes no ratio", () => {
  expect(ratio([20, 60, 22], [10, 30, 11])).toEqual({ median: 2, min: 2, max: 2 });
  expect(added([5, 9, 6], [4, 5, 4])).toEqual({ median: 2, min: 1, max: 4 });
});

it("counts only rounds that both have", () => {
  expect(ratio([20, 60], [10])).toEqual({ median: 2, min: 2, max: 2 });
  expect(ratio([20, Number.NaN], [10, 10])).toEqual({ median: 2, min: 2, max: 2 });
  expect(added([1, 2], [])).toBeNull();
});
