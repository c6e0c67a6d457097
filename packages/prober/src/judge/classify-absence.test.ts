import type { Reason } from "@rollcall/contract";
import { describe, expect, it } from "vitest";
import { historyOf, readyHistory } from "../../test/deployment-histories.ts";
import { expectReady, loadBudget, classifyAbsence } from "./classify-absence.ts";
import type { DeploymentHistory } from "../remember/deployment-history.ts";

const MINUTE = 60_000;
const NOW = 100 * MINUTE;

/** Silent, and ten minutes are usual. */
function named(history: DeploymentHistory, saysLoading = false): Reason {
  return classifyAbsence(history, { saysLoading, loadTimeMs: 10 * MINUTE, now: NOW });
}

describe("absence without a learned load time", () => {
  it.each([
    [0, "loading"],
    [9.9, "loading"],
    [10, "overdue"],
    [29.9, "overdue"],
    [30, "down"],
    [10_000, "down"],
  ])("of %s minutes where ten are usual is %s", (minutes, reason) => {
    const history = historyOf({ absentSince: NOW - minutes * MINUTE });
    expect(named(history)).toBe(reason);
  });

  it("that begins now is loading", () => {
    expect(named(historyOf({ absentSince: null }))).toBe("loading");
  });
});

describe("one that was seen to serve", () => {
  const absentSince = NOW - 100;

  it.each([
    ["and is silent is gone at once", readyHistory({ absentSince }), false, "down"],
    ["and says that it loads is loading", readyHistory({ absentSince }), true, "loading"],
    [
      "under a wrong name and is silent is gone",
      historyOf({ absentSince }, { nameMatches: false }),
      false,
      "down",
    ],
    [
      "and fell often is in a crash loop",
      readyHistory({ absentSince, falls: [NOW, NOW, NOW] }),
      false,
      "crash_loop",
    ],
    ["and still says after hours that it loads is late", readyHistory({ absentSince: 0 }), true, "overdue"],
  ] as const)("%s", (...[, history, saysLoading, reason]) => {
    expect(named(history, saysLoading)).toBe(reason);
  });
});

describe("a learned load time", () => {
  it.each([
    ["is used twice, and half a minute more", [MINUTE], 2.5 * MINUTE],
    ["is the longest of those seen", [MINUTE, 3 * MINUTE, 2 * MINUTE], 6.5 * MINUTE],
    ["makes a fast one late soon", [100], 30_200],
  ])("%s", (_what, loadTimesMs, budget) => {
    expect(loadBudget(historyOf({ loadTimesMs }), 10 * MINUTE)).toBe(budget);
  });

  it.each([
    [30_100, "loading"],
    [30_200, "overdue"],
    [90_599, "overdue"],
    [90_600, "down"],
  ])("of a tenth of a second makes an absence of %i ms %s", (waited, reason) => {
    const history = historyOf({ loadTimesMs: [100], absentSince: NOW - waited });
    expect(named(history)).toBe(reason);
  });
});

describe("falls", () => {
  const fell = (...minutesAgo: readonly number[]) => minutesAgo.map((minutes) => NOW - minutes * MINUTE);

  it.each([
    ["three within a quarter of an hour", fell(14, 7, 0), "crash_loop"],
    ["many", fell(9, 8, 7, 6, 5, 4, 3, 2, 1, 0), "crash_loop"],
    ["two", fell(7, 0), "loading"],
    ["three of which one is long ago", fell(15, 7, 0), "loading"],
    ["many that are all long ago", fell(60, 50, 40, 30, 20), "loading"],
  ])("%s: %s", (_what, falls, reason) => {
    expect(named(historyOf({ falls, absentSince: NOW }))).toBe(reason);
  });
});

describe("how long a load will still take", () => {
  it.each([
    ["is not known where none was seen", [], 0, null],
    ["is as long as the one before took", [60_000], 0, 60_000],
    ["is as long as the usual one took, not the longest", [50_000, 60_000, 600_000], 0, 60_000],
    ["gets less with the time", [60_000], 45_000, 15_000],
    ["is never less than nothing", [60_000], 90_000, 0],
  ] as const)("%s", (...[, loadTimesMs, waitedMs, ms]) => {
    expect(expectReady(historyOf({ loadTimesMs, absentSince: NOW - waitedMs }), NOW)).toBe(ms);
  });

  it("is counted from now on where it was not away before", () => {
    expect(expectReady(historyOf({ loadTimesMs: [60_000], absentSince: null }), NOW)).toBe(60_000);
  });
});
