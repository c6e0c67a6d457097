import { expect, it } from "vitest";
import { Allowance } from "./allowance.ts";

it("gives what a second earns, all or nothing, and saves no more than that", () => {
  const allowance = new Allowance(10);
  expect(allowance.take(6, 0)).toBe(true);
  expect(allowance.take(6, 0)).toBe(false);
  expect(allowance.take(4, 0)).toBe(true);
  expect(allowance.take(1, 50)).toBe(false);
  expect(allowance.take(1, 100)).toBe(true);
  expect(allowance.take(11, 60_000)).toBe(false);
  expect(allowance.take(10, 60_000)).toBe(true);
});

it("keeps to the rate, however often it is asked", () => {
  const allowance = new Allowance(10);
  let given = 0;
  for (let now = 0; now < 10_000; now += 20) if (allowance.take(3, now)) given += 3;
  expect(given).toBeGreaterThanOrEqual(100);
  expect(given).toBeLessThanOrEqual(110);
});
