import { expect, it } from "vitest";
import { Arrivals, countedFrom } from "./arrivals.ts";

it("makes requests due at a constant rate, in whatever steps the clock goes", () => {
  const arrivals = new Arrivals(1_000, 50);
  expect(arrivals.due(49)).toEqual([]);
  expect(arrivals.due(50)).toEqual([50]);
  expect(arrivals.due(50.5)).toEqual([]);
  expect(arrivals.due(53.2)).toEqual([51, 52, 53]);
});

it("makes up for a pause: no request is left out", () => {
  const arrivals = new Arrivals(100, 0);
  arrivals.due(0);
  const due = arrivals.due(1_000);
  expect(due).toHaveLength(100);
  expect(due[0]).toBe(10);
  expect(due.at(-1)).toBe(1_000);
});

it("counts latency from when a request was due once it is later than a timer's grain", () => {
  expect(countedFrom(100, 101.5)).toBe(101.5);
  expect(countedFrom(100, 130)).toBe(100);
});
