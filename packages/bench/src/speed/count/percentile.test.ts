import { expect, it } from "vitest";
import { percentile } from "./percentile.ts";

const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

it("is the nearest rank", () => {
  expect([0, 0.5, 0.99, 0.999, 1].map((share) => percentile(hundred, share))).toEqual([1, 50, 99, 100, 100]);
  expect(percentile([3], 0.999)).toBe(3);
});

it("takes typed arrays too, and is NaN of nothing", () => {
  expect(percentile(Float64Array.of(1, 2, 3, 4), 0.5)).toBe(2);
  expect(percentile([], 0.5)).toBeNaN();
});
