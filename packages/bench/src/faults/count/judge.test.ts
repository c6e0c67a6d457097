import { describe, expect, it } from "vitest";
import { CLEAN, CUTS_TOLD } from "../rows/fault.ts";
import { judge } from "./judge.ts";
import { tally, type Tally } from "./tally.ts";

const counts = (more: Partial<Tally> = {}): Tally => ({
  ...tally([], { struckAt: 0, absence: null }),
  ...more,
});
const usage = { hits: 1, offMs: 10, lastMs: 10, backMs: 10 };

describe("a row", () => {
  it("has nothing to blame when all went as well as it could", () => {
    expect(judge({ expected: CUTS_TOLD, watch: "bad" }, counts({ told: 3 }), usage)).toEqual([]);
  });

  it("is blamed for errors that a good replica could have spared", () => {
    expect(judge({ expected: CLEAN, watch: "none" }, counts({ error: 2 }), null)).toHaveLength(1);
    const unavoidable = { errors: "unavoidable", cuts: "told" } as const;
    expect(judge({ expected: unavoidable, watch: "all" }, counts({ error: 2 }), usage)).toEqual([]);
  });

  it("is blamed for cuts that were not told, and for cuts that need not have been", () => {
    expect(judge({ expected: CUTS_TOLD, watch: "bad" }, counts({ broken: 1, hidden: 1 }), usage)).toEqual([
      "2 cut without an error event",
    ]);
    expect(judge({ expected: CLEAN, watch: "bad" }, counts({ told: 1 }), usage)).toHaveLength(1);
  });

  it("is blamed when a bad replica goes on being used, unless only its return counts", () => {
    const still = { ...usage, offMs: null };
    expect(judge({ expected: CLEAN, watch: "bad" }, counts(), still)).toEqual([
      "used to the end of the fault",
    ]);
    expect(judge({ expected: CLEAN, watch: "back" }, counts(), still)).toEqual([]);
  });

  it("is blamed when a mended replica is not used again", () => {
    expect(judge({ expected: CLEAN, watch: "back" }, counts(), { ...usage, backMs: null })).toEqual([
      "not used again",
    ]);
  });
});
