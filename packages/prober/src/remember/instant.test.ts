import { expect, it } from "vitest";
import { toMonotonic, toWall } from "./instant.ts";

const now = { wall: 1_700_000_000_000, monotonic: 50_000.25 };

it.each([
  ["a moment ago", 1_699_999_999_000, 49_000.25],
  ["before this machine was up", 1_699_999_900_000, -49_999.75],
  ["now", 1_700_000_000_000, 50_000.25],
])("%s is the same on both clocks", (_what, wall, monotonic) => {
  expect(toMonotonic(wall, now)).toBe(monotonic);
  expect(toWall(monotonic, now)).toBe(wall);
});

it("what was written by a clock that is ahead has only just been", () => {
  expect(toMonotonic(1_700_000_600_000, now)).toBe(now.monotonic);
});

it("wall times that are stored are whole milliseconds", () => {
  expect(toWall(49_999.6, now)).toBe(1_699_999_999_999);
});
