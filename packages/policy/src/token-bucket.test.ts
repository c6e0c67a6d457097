import { expect, test } from "vitest";
import { burstOf, msUntil, refilled } from "./token-bucket.ts";

test.each([
  [0, 0],
  [1, 1],
  [6, 1],
  [60, 10],
  [600, 100],
])("of %d a minute %d may go at once", (limit, burst) => {
  expect(burstOf(limit)).toBe(burst);
});

test("the share is a setting", () => {
  expect(burstOf(60, 1)).toBe(60);
});

test.each([
  [0, 1_000, 1],
  [0, 500, 0.5],
  [9.5, 1_000, 10],
  [3, -1_000, 3],
  [0, 1e12, 10],
])("a level of %d is after %d ms %d", (level, elapsed, expected) => {
  expect(refilled(level, elapsed, { limit: 60, cap: 10 })).toBeCloseTo(expected);
});

test.each([
  { needed: 1, level: 1, limit: 60, ms: 0 },
  { needed: 1, level: 0, limit: 60, ms: 1_000 },
  { needed: 1, level: 0.25, limit: 60, ms: 750 },
  { needed: 2, level: 0, limit: 7, ms: 17_143 },
  { needed: 1, level: 0, limit: 0, ms: Infinity },
])("$needed from $level at $limit a minute takes $ms ms", ({ needed, level, limit, ms }) => {
  expect(msUntil(needed, level, limit)).toBe(ms);
});

test("who waits as long as told finds it", () => {
  for (const limit of [1, 7, 60, 601, 100_000]) {
    const wait = msUntil(1, 0.1, limit);
    expect(refilled(0.1, wait, { limit, cap: 10 })).toBeGreaterThanOrEqual(1);
  }
});
