import { expect, it } from "vitest";
import { latenessBetween } from "./lateness.ts";

const page = (...counts: readonly number[]) =>
  ["0.005", "0.5", "+Inf"]
    .map((bound, index) => `rollcall_prober_probe_lateness_seconds_bucket{le="${bound}"} ${counts[index]}\n`)
    .join("");

it("counts what came between two scrapes", () => {
  expect(latenessBetween(page(10, 20, 20), page(110, 219, 220))).toEqual({
    count: 200,
    p50: 0.005,
    p99: 0.5,
  });
});

it("says so where something was later than all buckets", () => {
  expect(latenessBetween(page(0, 0, 0), page(1, 2, 100))).toEqual({
    count: 100,
    p50: Infinity,
    p99: Infinity,
  });
});
