import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readyTrack, trackOf } from "../../test/tracks.ts";
import { firstDelay, nextDelay } from "./due.ts";
import type { Track } from "./track.ts";

const intervals = { intervalMs: 2_000, notReadyIntervalMs: 1_000 };

const wronglyNamed = trackOf({}, { ready: true, nameMatches: false, reason: "wrong_name" });

describe("the next probe of a backend", () => {
  it.each<[what: string, tracks: readonly Track[], ms: number]>([
    ["its one deployment is well", [readyTrack()], 2_000],
    ["all of its deployments are well", [readyTrack(), readyTrack()], 2_000],
    ["one was never asked", [trackOf()], 1_000],
    ["one of several waits", [readyTrack(), trackOf()], 1_000],
    ["one has failed once and is still called ready", [readyTrack({ failures: 1 })], 1_000],
    ["one is up under a wrong name", [wronglyNamed], 1_000],
  ])("comes after the interval that fits when %s, or up to a tenth sooner", (_what, tracks, ms) => {
    expect(nextDelay(tracks, intervals, 0)).toBe(ms);
    expect(nextDelay(tracks, intervals, 0.5)).toBeCloseTo(ms * 0.95);
    expect(nextDelay(tracks, intervals, 1)).toBeCloseTo(ms * 0.9);
  });

  it("is never later than the interval, even where waiting ones are given longer", () => {
    const slow = { intervalMs: 500, notReadyIntervalMs: 10_000 };
    expect(nextDelay([trackOf()], slow, 0)).toBe(500);
  });

  it("is after some time and never later than the interval, whatever is written", () => {
    const ms = fc.integer({ min: 10, max: 3_600_000 });
    const written = fc.record({ intervalMs: ms, notReadyIntervalMs: ms });
    const tracks = fc.array(
      fc.constantFrom(trackOf(), readyTrack(), readyTrack({ failures: 1 }), wronglyNamed),
    );
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(tracks, written, random, (fleet, chosen, chance) => {
        const delay = nextDelay(fleet, chosen, chance);
        expect(delay).toBeGreaterThan(0);
        expect(delay).toBeLessThanOrEqual(chosen.intervalMs);
      }),
    );
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
