import { expect, test } from "vitest";
import { isStale, STALE_AFTER_INTERVALS } from "./freshness.ts";

test.each([
  [0, 2_000, false],
  [5_999, 2_000, false],
  [6_000, 2_000, false],
  [6_001, 2_000, true],
  [6_000, 1_000, true],
  // A clock set back makes news younger than no age at all.
  [-5_000, 2_000, false],
])("news of %d ms at an interval of %d ms is stale: %s", (ageMs, intervalMs, stale) => {
  expect(isStale(ageMs, intervalMs)).toBe(stale);
});

test("the schema and the page speak of three intervals", () => {
  expect(STALE_AFTER_INTERVALS).toBe(3);
});
