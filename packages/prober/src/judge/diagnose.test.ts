import { describe, expect, it } from "vitest";
import { loadOf } from "../../test/probe-results.ts";
import { diagnose } from "./diagnose.ts";
import { NOTHING_KNOWN, type BackendState } from "../remember/backend-state.ts";
import { watchProgress, type Progress } from "../remember/progress.ts";
import type { Load } from "../read/load.ts";

const STALL_MS = 120_000;

/** A backend whose metrics were these at all of these times. */
function seen(load: Load, ...times: readonly number[]): BackendState {
  const progress = times.reduce<Progress | null>((before, now) => watchProgress(before, load, now), null);
  return { ...NOTHING_KNOWN, load, progress };
}

/** Every ten seconds from 0 up to this. */
const until = (end: number) => [...Array.from({ length: end / 10_000 }, (_, index) => index * 10_000), end];

const STUCK = loadOf({ running: 3, waiting: 2, kvUsage: 0.4, progress: 100 });

describe("an engine that stands still with work to do", () => {
  it.each([
    [STALL_MS - 1, null],
    [STALL_MS, "3 running, 2 waiting, and no progress for 120 s"],
    [STALL_MS + 20_000, "3 running, 2 waiting, and no progress for 140 s"],
  ])("for %i ms is hung from the stall time on", (now, detail) => {
    const state = seen(STUCK, ...until(STALL_MS - 10_000), now - 5_000, now);
    const expected = { kind: "fault", reason: "hung", nameMatches: null, found: [], detail };
    expect(diagnose(state, STALL_MS, now)).toEqual(detail === null ? null : expected);
  });

  it("is not hung by a gap: nobody knows what happened in it", () => {
    expect(diagnose(seen(STUCK, 0, 10 * STALL_MS), STALL_MS, 10 * STALL_MS)).toBeNull();
    const beforeAndAfter = seen(STUCK, ...until(STALL_MS - 10_000), 5 * STALL_MS);
    expect(diagnose(beforeAndAfter, STALL_MS, 5 * STALL_MS)).toBeNull();
  });

  it("is hung for no longer than it stands still", () => {
    const state = seen(STUCK, ...until(STALL_MS));
    const moved = { ...STUCK, progress: 101 };
    const now = STALL_MS + 2_000;
    const next = { ...state, load: moved, progress: watchProgress(state.progress, moved, now) };
    expect(diagnose(state, STALL_MS, STALL_MS)).not.toBeNull();
    expect(diagnose(next, STALL_MS, now)).toBeNull();
  });
});

describe("a scheduler that waits for room that there never will be", () => {
  it("is named as such, with a fix of its own", () => {
    const deadlock = loadOf({ waiting: 1, kvUsage: 0, progress: 100 });
    expect(diagnose(seen(deadlock, ...until(STALL_MS)), STALL_MS, STALL_MS)).toMatchObject({
      reason: "hung",
      detail: "scheduler deadlock: 0 running, 1 waiting, and no progress for 120 s, with an empty KV cache",
      fix: expect.stringContaining("--max-model-len"),
    });
  });

  it.each([
    ["something runs", { running: 1, waiting: 1, kvUsage: 0 }],
    ["the cache holds something", { waiting: 1, kvUsage: 0.1 }],
    ["nothing is known of the cache", { waiting: 1, kvUsage: null }],
  ])("is not meant where %s", (_what, fields) => {
    const state = seen(loadOf({ ...fields, progress: 100 }), ...until(STALL_MS));
    const found = diagnose(state, STALL_MS, STALL_MS);
    expect(found).toMatchObject({ reason: "hung", detail: expect.not.stringContaining("deadlock") });
    expect(found).not.toHaveProperty("fix");
  });
});

describe("an engine that sleeps", () => {
  it("is asleep at once, whatever else it does", () => {
    const asleep = { ...STUCK, awake: false };
    expect(diagnose(seen(asleep, 0), STALL_MS, 0)).toMatchObject({ reason: "asleep" });
    expect(diagnose(seen(asleep, ...until(STALL_MS)), STALL_MS, STALL_MS)).toMatchObject({
      reason: "asleep",
    });
  });
});

describe("nothing is held against an engine", () => {
  it.each<[string, BackendState]>([
    ["of which there are no metrics", NOTHING_KNOWN],
    ["that has nothing to do", seen(loadOf({ progress: 100 }), ...until(STALL_MS))],
    ["whose metrics have no counters", seen({ ...STUCK, progress: null }, ...until(STALL_MS))],
    [
      "whose counters are gone from its metrics",
      { ...seen(STUCK, ...until(STALL_MS)), ...seen({ ...STUCK, progress: null }, STALL_MS) },
    ],
  ])("%s", (_what, state) => {
    expect(diagnose(state, STALL_MS, STALL_MS)).toBeNull();
  });
});

describe("an engine that was found stuck", () => {
  const missing: BackendState = { ...seen(STUCK, ...until(STALL_MS)), load: null };

  it("stays so while its metrics do not come", () => {
    expect(diagnose(missing, STALL_MS, STALL_MS + 30_000)).toMatchObject({ reason: "hung" });
  });

  it("is held to it no longer than half a minute", () => {
    expect(diagnose(missing, STALL_MS, STALL_MS + 30_001)).toBeNull();
  });
});
