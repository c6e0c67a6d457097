import { describe, expect, it } from "vitest";
import { loadOf } from "../../test/probe-results.ts";
import { watchProgress, type Progress } from "./progress.ts";
import type { Load } from "../read/load.ts";

const WORKING = loadOf({ running: 2, progress: 100, startedAt: 1_000 });

/** One look after the other, each with its time. */
function watched(...looks: readonly (readonly [now: number, load: Load | null])[]): Progress | null {
  return looks.reduce((before: Progress | null, [now, load]) => watchProgress(before, load, now), null);
}

describe("an engine that has work to do", () => {
  it("and whose counters stand still has not moved since the look at which they last did", () => {
    expect(watched([5, WORKING], [10, WORKING], [15, WORKING])).toEqual({
      movedAt: 5,
      seenAt: 15,
      load: WORKING,
    });
  });

  it("moves with every counter that grows", () => {
    const moved = { ...WORKING, progress: 101 };
    expect(watched([5, WORKING], [10, WORKING], [15, moved])).toMatchObject({ movedAt: 15 });
    expect(watched([5, WORKING], [15, moved], [20, moved])).toMatchObject({ movedAt: 15, seenAt: 20 });
  });

  it("moves when its counters begin anew", () => {
    expect(watched([5, WORKING], [10, { ...WORKING, progress: 3 }])).toMatchObject({ movedAt: 10 });
  });

  it("moves with a restart, though its counters stand where they stood", () => {
    const first = { ...WORKING, progress: 0 };
    expect(watched([5, first], [10, { ...first, startedAt: 9_000 }])).toMatchObject({ movedAt: 10 });
  });

  it("waits as it runs: both are work", () => {
    const waiting = loadOf({ waiting: 1, progress: 100 });
    expect(watched([5, waiting], [10, waiting])).toMatchObject({ movedAt: 5 });
  });

  it("begins to stand still when the work comes, not when the last work ended", () => {
    const idle = loadOf({ progress: 100 });
    expect(watched([5, idle], [10, idle], [15, loadOf({ running: 1, progress: 100 })])).toMatchObject({
      // At the look before it had nothing to do.
      movedAt: 10,
      seenAt: 15,
    });
  });
});

describe("an engine that has nothing to do", () => {
  it("is as good as one that moves", () => {
    const idle = loadOf({ progress: 100 });
    expect(watched([5, WORKING], [10, idle])).toMatchObject({ movedAt: 10 });
    expect(watched([5, idle], [10, idle], [15, idle])).toMatchObject({ movedAt: 15 });
  });
});

describe("a gap between two looks", () => {
  it("of half a minute is none", () => {
    expect(watched([0, WORKING], [30_000, WORKING])).toMatchObject({ movedAt: 0 });
  });

  it("that is longer begins the count anew: what happened in it is not known", () => {
    expect(watched([0, WORKING], [30_001, WORKING])).toMatchObject({ movedAt: 30_001 });
  });
});

describe("a look that brought nothing of it", () => {
  it("changes nothing where there were no metrics", () => {
    expect(watched([5, WORKING], [10, null], [15, WORKING])).toMatchObject({ movedAt: 5, seenAt: 15 });
    expect(watched([5, null])).toBeNull();
  });

  it("knows nothing any more where the metrics have no counters", () => {
    expect(watched([5, WORKING], [10, { ...WORKING, progress: null }])).toBeNull();
  });
});
