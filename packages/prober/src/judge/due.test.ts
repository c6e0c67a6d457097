import { REASON_CODES, type Reason } from "@rollcall/contract";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readyHistory, historyOf } from "../../test/deployment-histories.ts";
import { courteousDelay, firstDelay, nextDelay } from "./due.ts";
import type { DeploymentHistory } from "../remember/deployment-history.ts";

const intervals = { intervalMs: 2_000, notReadyIntervalMs: 1_000, maxIntervalMs: 10_000 };

/** All verdicts of these tests began at 0. */
function at(random: number, now = 0): { now: number; random: number } {
  return { now, random };
}

const refusal = (isConfirmed: boolean) => ({ since: 0, at: 0, isConfirmed });

const wronglyNamed = historyOf({}, { ready: true, nameMatches: false, reason: "wrong_name" });

describe("the next probe of a backend", () => {
  it.each<[what: string, histories: readonly DeploymentHistory[], ms: number]>([
    ["its one deployment is well", [readyHistory()], 2_000],
    ["all of its deployments are well", [readyHistory(), readyHistory()], 2_000],
    ["one was never asked", [historyOf()], 1_000],
    ["one of several waits", [readyHistory(), historyOf()], 1_000],
    ["one has failed once and is still called ready", [readyHistory({ failures: 1 })], 1_000],
    ["one was refused once and is still called ready", [readyHistory({ failures: 1, absentSince: 0 })], 150],
    ["one is up under a wrong name", [wronglyNamed], 1_000],
    ["a port was seen to refuse for the first time", [historyOf({ refusal: refusal(false) })], 150],
    ["a port is known to refuse", [historyOf({ refusal: refusal(true) })], 1_000],
  ])("comes after the interval that fits when %s, or up to a tenth sooner", (_what, histories, ms) => {
    expect(nextDelay(histories, intervals, at(0))).toBe(ms);
    expect(nextDelay(histories, intervals, at(0.5))).toBeCloseTo(ms * 0.95);
    expect(nextDelay(histories, intervals, at(1))).toBeCloseTo(ms * 0.9);
  });

  it("is never later than the interval, even where waiting ones are given longer", () => {
    const slow = { ...intervals, intervalMs: 500, notReadyIntervalMs: 10_000 };
    expect(nextDelay([historyOf()], slow, at(0))).toBe(500);
  });

  it("is as late as the interval says, though what has long been out is asked more often", () => {
    expect(nextDelay([readyHistory()], { ...intervals, intervalMs: 60_000 }, at(0))).toBe(60_000);
  });

  it("is after some time and never later than the longest interval that is written", () => {
    const ms = fc.integer({ min: 10, max: 3_600_000 });
    const written = fc.record({ intervalMs: ms, notReadyIntervalMs: ms, maxIntervalMs: ms });
    const histories = fc.array(
      fc.constantFrom(historyOf(), readyHistory(), readyHistory({ failures: 1 }), wronglyNamed),
    );
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const now = fc.nat({ max: 10_000_000_000 });
    fc.assert(
      fc.property(histories, written, fc.record({ random, now }), (fleet, chosen, moment) => {
        const delay = nextDelay(fleet, chosen, moment);
        expect(delay).toBeGreaterThan(0);
        expect(delay).toBeLessThanOrEqual(Math.max(chosen.intervalMs, chosen.maxIntervalMs));
      }),
    );
  });
});

describe("one that has long been out", () => {
  const MINUTE = 60_000;
  const out = (reason: Reason) => historyOf({}, { reason });

  it.each([
    { what: "a moment", outForMs: 1_000, ms: 1_000 },
    { what: "a minute", outForMs: MINUTE, ms: 1_000 },
    { what: "two minutes", outForMs: 2 * MINUTE, ms: 2_000 },
    { what: "five minutes", outForMs: 5 * MINUTE, ms: 5_000 },
    { what: "ten minutes", outForMs: 10 * MINUTE, ms: 10_000 },
    { what: "a month", outForMs: 30 * 24 * 60 * MINUTE, ms: 10_000 },
  ])("is asked a sixtieth of that time later, up to the longest interval: $what", ({ outForMs, ms }) => {
    expect(nextDelay([out("down")], intervals, at(0, outForMs))).toBe(ms);
    expect(nextDelay([out("down")], intervals, at(1, outForMs))).toBeCloseTo(ms * 0.9);
  });

  it.each(REASON_CODES.filter((reason) => reason !== "ok"))(
    "is asked often as long as only time is missing, and seldom otherwise: %s",
    (reason) => {
      const awaited = ["unknown", "loading", "overdue", "crash_loop"].includes(reason);
      expect(nextDelay([out(reason)], intervals, at(0, 60 * MINUTE))).toBe(awaited ? 1_000 : 10_000);
    },
  );

  it("is asked often once it answers well, until it is taken in", () => {
    const returning = historyOf({ successes: 1 }, { reason: "server_error" });
    expect(nextDelay([returning], intervals, at(0, 60 * MINUTE))).toBe(1_000);
  });

  it("does not make the others on its backend wait", () => {
    expect(nextDelay([out("down"), readyHistory()], intervals, at(0, 60 * MINUTE))).toBe(2_000);
    expect(nextDelay([out("down"), out("loading")], intervals, at(0, 60 * MINUTE))).toBe(1_000);
  });

  it("is never asked more often than those that wait, whatever is written", () => {
    const hasty = { ...intervals, maxIntervalMs: 10 };
    expect(nextDelay([out("down")], hasty, at(0, 60 * MINUTE))).toBe(1_000);
  });
});

describe("the first probe", () => {
  it.each([
    { what: "comes at once in a fleet of one", backends: 1, random: 0.99, ms: 1.98 },
    { what: "is spread over a moment that grows with the fleet", backends: 100, random: 0.5, ms: 100 },
    { what: "is not later than the interval in the largest fleet", backends: 100_000, random: 1, ms: 2_000 },
  ])("$what", ({ backends, random, ms }) => {
    expect(firstDelay(backends, intervals, random)).toBeCloseTo(ms);
  });
});

it.each([
  [true, 150, 60_000],
  [true, 90_000, 90_000],
  [false, 150, 150],
])("is a minute at least for a service of others (%s), whatever %d says: %d", (isHosted, delayMs, ms) => {
  expect(courteousDelay(delayMs, { isHosted })).toBe(ms);
});
