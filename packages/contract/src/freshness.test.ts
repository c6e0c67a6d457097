import { expect, test } from "vitest";
import { ageCountsFrom, isStale, STALE_AFTER_INTERVALS } from "./freshness.ts";

test.each([
  [0, 2_000, false],
  [5_999, 2_000, false],
  [6_000, 2_000, false],
  [6_001, 2_000, true],
  [6_000, 1_000, true],
  // A clock set back makes an update younger than no age at all.
  [-5_000, 2_000, false],
])("an update of %d ms at an interval of %d ms is stale: %s", (ageMs, intervalMs, stale) => {
  expect(isStale(ageMs, intervalMs)).toBe(stale);
});

test("the schema and the page speak of three intervals", () => {
  expect(STALE_AFTER_INTERVALS).toBe(3);
});

test.each<[string, { isFirst: boolean; writtenAt: number }, number]>([
  ["the first is as old as it says", { isFirst: true, writtenAt: 940_000 }, 60_000],
  ["one from a clock that is ahead is no younger than now", { isFirst: true, writtenAt: 1_500_000 }, 0],
  ["a later one is as old as its arrival, whatever it says", { isFirst: false, writtenAt: 940_000 }, 0],
])("%s", (_about, update, ageMs) => {
  const clock = { now: () => 1_000_000, monotonic: () => 70_000 };
  expect(clock.monotonic() - ageCountsFrom(update, clock)).toBe(ageMs);
});
