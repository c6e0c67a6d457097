import { expect, test, vi } from "vitest";
import { FakeClock } from "@rollcall/testkit";
import type { SettingsSource } from "./settings.ts";
import { watchSettings } from "./watch-settings.ts";

function watching() {
  const reload = vi.fn<(now: number) => boolean>(() => false);
  const clock = new FakeClock({ now: 0 });
  const stop = new AbortController();
  const before = process.listenerCount("SIGHUP");
  const ended = watchSettings({ reload } as unknown as SettingsSource, clock, stop.signal);
  return { reload, clock, stop, ended, before };
}

test("looks every second, with the time it is", async () => {
  const { reload, clock, stop, ended } = watching();
  await clock.advance(999);
  expect(reload).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(reload).toHaveBeenLastCalledWith(1_000);
  await clock.advance(1_000);
  expect(reload).toHaveBeenLastCalledWith(2_000);
  expect(reload).toHaveBeenCalledTimes(2);
  stop.abort();
  await ended;
});

test("looks at once on SIGHUP", async () => {
  const { reload, clock, stop, ended } = watching();
  await clock.advance(500);
  process.emit("SIGHUP");
  expect(reload).toHaveBeenCalledExactlyOnceWith(500);
  stop.abort();
  await ended;
});

test("ends when it is aborted, without another look, and lets go of the signal", async () => {
  const { reload, stop, ended, before } = watching();
  expect(process.listenerCount("SIGHUP")).toBe(before + 1);
  stop.abort();
  await ended;
  expect(reload).not.toHaveBeenCalled();
  expect(process.listenerCount("SIGHUP")).toBe(before);
});
