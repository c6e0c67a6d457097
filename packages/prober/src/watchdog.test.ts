import { expect, it } from "vitest";
import { Watchdog } from "./watchdog.ts";

function watched(patienceMs = 100) {
  const seen: { newest: number | null } = { newest: 5_000 };
  return {
    seen,
    watchdog: new Watchdog(
      () => seen.newest,
      () => patienceMs,
    ),
  };
}

it("is alive as long as newer evidence comes, and not without", () => {
  const { seen, watchdog } = watched();
  expect(watchdog.isAlive(1_000)).toBe(true);
  expect(watchdog.isAlive(1_100)).toBe(true);
  expect(watchdog.isAlive(1_101)).toBe(false);
  seen.newest = 5_001;
  expect(watchdog.isAlive(1_102)).toBe(true);
  expect(watchdog.isAlive(1_203)).toBe(false);
});

it.each([1, 9_000_000])("a time of day that is set to %i is no stillness, and hides none", (newest) => {
  const { seen, watchdog } = watched();
  watchdog.isAlive(0);
  seen.newest = newest;
  expect(watchdog.isAlive(150)).toBe(true);
  expect(watchdog.isAlive(251)).toBe(false);
});

it("is alive where there is nobody to ask", () => {
  const { seen, watchdog } = watched();
  seen.newest = null;
  expect(watchdog.isAlive(0)).toBe(true);
  expect(watchdog.isAlive(10_000)).toBe(true);
  seen.newest = 1;
  expect(watchdog.isAlive(20_000)).toBe(true);
});
