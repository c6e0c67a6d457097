import { expect, test, vi } from "vitest";
import { FakeClock } from "@rollcall/testkit";
import { watchSettings } from "./watch-settings.ts";

function watching(settles: readonly number[] = []) {
  const clock = new FakeClock();
  const began = clock.monotonic();
  const looks: number[] = [];
  const settings = {
    settlesInMs: 0,
    look(now: number) {
      settings.settlesInMs = settles[looks.push(now - began) - 1] ?? 0;
      return false;
    },
    reload: vi.fn<(now: number) => boolean>(() => false),
  };
  const stop = new AbortController();
  const before = process.listenerCount("SIGHUP");
  const ended = watchSettings(settings, clock, stop.signal);
  return { looks, reload: settings.reload, clock, began, stop, ended, before };
}

test("looks every second, and sooner where something has yet to settle", async () => {
  const { looks, clock, stop, ended } = watching([0, 200, 30]);
  await clock.advance(999);
  expect(looks).toEqual([]);
  await clock.advance(2_500);
  expect(looks).toEqual([1_000, 2_000, 2_200, 2_230, 3_230]);
  stop.abort();
  await ended;
});

test("reloads at once on SIGHUP", async () => {
  const { looks, reload, clock, began, stop, ended } = watching();
  await clock.advance(500);
  process.emit("SIGHUP");
  expect(reload).toHaveBeenCalledExactlyOnceWith(began + 500);
  expect(looks).toEqual([]);
  stop.abort();
  await ended;
});

test("ends when it is aborted, without another look, and lets go of the signal", async () => {
  const { looks, stop, ended, before } = watching();
  expect(process.listenerCount("SIGHUP")).toBe(before + 1);
  stop.abort();
  await ended;
  expect(looks).toEqual([]);
  expect(process.listenerCount("SIGHUP")).toBe(before);
});
