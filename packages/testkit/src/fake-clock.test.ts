import { expect, test } from "vitest";
import { FakeClock } from "@rollcall/testkit";

test("a step moves the wall clock alone", () => {
  const clock = new FakeClock({ now: 1_000 });
  const monotonic = clock.monotonic();
  clock.step(-600);
  expect([clock.now(), clock.monotonic() - monotonic]).toEqual([400, 0]);
  clock.jump(50);
  expect([clock.now(), clock.monotonic() - monotonic]).toEqual([450, 50]);
});

test("what falls due on the way happens in its order", async () => {
  const clock = new FakeClock();
  const woken: string[] = [];
  const begun = clock.monotonic();
  const sleeps = [30, 10, 20].map(async (ms) => {
    await clock.sleep(ms);
    woken.push(`${ms} at ${clock.monotonic() - begun}`);
  });
  await clock.advance(25);
  expect(woken).toEqual(["10 at 10", "20 at 20"]);
  await clock.advance(5);
  await Promise.all(sleeps);
  expect(woken).toEqual(["10 at 10", "20 at 20", "30 at 30"]);
});

test("an aborted sleep ends, and none is left", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const sleeping = clock.sleep(1_000, stop.signal);
  stop.abort();
  await sleeping;
  expect(clock.sleepers).toBe(0);
});
