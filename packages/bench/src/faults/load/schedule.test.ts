import { expect, it } from "vitest";
import { bursts, steady } from "./schedule.ts";

it("sends at a constant rate", () => {
  expect([0, 1, 2, 100].map(steady(100))).toEqual([0, 10, 20, 1_000]);
});

it("sends in bursts and rests between them", () => {
  expect([0, 1, 2, 3, 4].map(bursts({ size: 2, everyMs: 5_000, spreadMs: 100 }))).toEqual([
    0, 50, 5_000, 5_050, 10_000,
  ]);
});
