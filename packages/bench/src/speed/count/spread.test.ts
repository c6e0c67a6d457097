import { expect, it } from "vitest";
import { spreadOf } from "./spread.ts";

it("is the middle value of an odd count and the mean of the two middle ones of an even count", () => {
  expect(spreadOf([9, 1, 4])).toEqual({ median: 4, min: 1, max: 9 });
  expect(spreadOf([10, 1, 2, 4])).toEqual({ median: 3, min: 1, max: 10 });
  expect(spreadOf([7])).toEqual({ median: 7, min: 7, max: 7 });
});

it("leaves out what is no number, and is null when nothing is left", () => {
  expect(spreadOf([Number.NaN, 2])).toEqual({ median: 2, min: 2, max: 2 });
  expect(spreadOf([Number.NaN, 1 / 0])).toBeNull();
  expect(spreadOf([])).toBeNull();
});
