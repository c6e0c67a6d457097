import { expect, it } from "vitest";
import { Pulse } from "./watchdog.ts";

function watched(patienceMs = 100) {
  const seen: { newest: number | null } = { newest: 5_000 };
  return {
    seen,
    pulse: new Pulse(
      () => seen.newest,
      () => patienceMs,
    ),
  };
}

it("beats as long as newer evidence comes, and is still for want of it", () => {
  const { seen, pulse } = watched();
  expect(pulse.beats(1_000)).toBe(true);
  expect(pulse.beats(1_100)).toBe(true);
  expect(pulse.beats(1_101)).toBe(false);
  seen.newest = 5_001;
  expect(pulse.beats(1_102)).toBe(true);
  expect(pulse.beats(1_203)).toBe(false);
});

it.each([1, 9_000_000])("a time of day that is set to %i is no stillness, and hides none", (newest) => {
  const { seen, pulse } = watched();
  pulse.beats(0);
  seen.newest = newest;
  expect(pulse.beats(150)).toBe(true);
  expect(pulse.beats(251)).toBe(false);
});

it("beats where there is nobody to ask", () => {
  const { seen, pulse } = watched();
  seen.newest = null;
  expect(pulse.beats(0)).toBe(true);
  expect(pulse.beats(10_000)).toBe(true);
  seen.newest = 1;
  expect(pulse.beats(20_000)).toBe(true);
});
