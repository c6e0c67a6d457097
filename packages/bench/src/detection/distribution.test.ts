import { expect, it } from "vitest";
import { printDistributions, quantile } from "./distribution.ts";

it.each([
  [[5], 0.5, 5],
  [[3, 1, 2], 0.5, 2],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9, 10],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 1, 10],
])("of %j the quantile %f is %f", (values, share, expected) => {
  expect(quantile(values, share)).toBe(expected);
});

it("of nothing there is none", () => {
  expect(quantile([], 0.5)).toBeNaN();
});

it("a distribution is one line of a table", () => {
  expect(printDistributions([{ what: "renamed", ms: [1.4, 9, 2] }])).toContain(
    "| renamed | 2 ms | 9 ms | 9 ms | 3 |",
  );
});
