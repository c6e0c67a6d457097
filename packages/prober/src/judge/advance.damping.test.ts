import { describe, expect, it } from "vitest";
import { historyOf } from "../../test/deployment-histories.ts";
import { successesNeeded } from "./advance.ts";

const MINUTE = 60_000;
const NOW = 100 * MINUTE;

/** Lost so many minutes ago. */
const lost = (...minutesAgo: readonly number[]) =>
  historyOf({ losses: minutesAgo.map((minutes) => NOW - minutes * MINUTE) });

describe("good probes in a row that take one in", () => {
  it.each([
    ["never lost", lost(), 1],
    ["lost once", lost(1), 1],
    ["lost twice", lost(2, 1), 2],
    ["lost three times", lost(3, 2, 1), 4],
    ["lost four times", lost(4, 3, 2, 1), 8],
    ["lost ten times", lost(10, 9, 8, 7, 6, 5, 4, 3, 2, 1), 8],
    ["lost long ago", lost(90, 80, 70, 60, 50), 1],
    ["lost twice of late and often long ago", lost(90, 80, 70, 2, 1), 2],
    ["lost a quarter of an hour ago to the millisecond", lost(15, 1), 1],
    ["lost a little less long ago", lost(14.999, 1), 2],
  ])("for one %s", (_what, history, needed) => {
    expect(successesNeeded(history, 1, NOW)).toBe(needed);
  });

  it("are never fewer than the config says", () => {
    expect(successesNeeded(lost(), 3, NOW)).toBe(3);
    expect(successesNeeded(lost(3, 2, 1), 3, NOW)).toBe(4);
    expect(successesNeeded(lost(4, 3, 2, 1), 20, NOW)).toBe(20);
  });
});
