import { expect, test } from "vitest";
import { backOffMs } from "./back-off.ts";

test.each([
  ["the first wait is the shortest", 1, 100],
  ["each is twice the one before", 4, 800],
  ["none is longer than the last", 8, 10_000],
  ["however many there were", 2_000, 10_000],
])("%s", (_what, failures, ms) => {
  expect(backOffMs({ firstMs: 100, lastMs: 10_000 }, failures)).toBe(ms);
});
