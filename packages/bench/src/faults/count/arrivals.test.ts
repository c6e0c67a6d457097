import { describe, expect, it } from "vitest";
import { readUsage, worstUsage } from "./arrivals.ts";

const outage = { struckAt: 10_000, repairedAt: 13_000 };
const every = (stepMs: number, from: number, to: number): number[] =>
  Array.from({ length: Math.ceil((to - from) / stepMs) }, (_, index) => from + index * stepMs);

describe("the use of a backend around its outage", () => {
  it("ended at once when nothing reached it", () => {
    expect(readUsage([...every(20, 9_000, 10_000), 13_200], outage)).toEqual({
      hits: 0,
      offMs: 0,
      lastMs: null,
      backMs: 200,
    });
  });

  it("ended with the last request of a dense row", () => {
    expect(readUsage([...every(20, 9_000, 10_500), 13_700], outage)).toEqual({
      hits: 25,
      offMs: 480,
      lastMs: 480,
      backMs: 700,
    });
  });

  it("does not take a breaker's trials for use, and still shows the last of them", () => {
    const trials = [11_000, 12_000, 12_900];
    expect(readUsage([...every(20, 9_000, 10_200), ...trials], outage)).toMatchObject({
      hits: 13,
      offMs: 180,
      lastMs: 2_900,
    });
  });

  it("never ended when requests went on to the repair", () => {
    expect(readUsage(every(20, 9_000, 14_000), outage)).toMatchObject({ offMs: null, backMs: 0 });
  });

  it("never began again when nothing came after the repair", () => {
    expect(readUsage([10_001], outage)).toMatchObject({ offMs: 1, backMs: null });
  });

  it("of several backends is that of the worst", () => {
    const good = { hits: 1, offMs: 10, lastMs: 10, backMs: 300 };
    const slower = { hits: 5, offMs: 90, lastMs: 95, backMs: 200 };
    expect(worstUsage([good, slower])).toEqual({ hits: 6, offMs: 90, lastMs: 95, backMs: 300 });
    expect(worstUsage([good, { ...slower, offMs: null, lastMs: null }])).toMatchObject({
      offMs: null,
      lastMs: 10,
    });
  });
});
