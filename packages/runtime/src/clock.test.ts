import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "./clock.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("tells the time in milliseconds since the epoch", () => {
  vi.useRealTimers();
  const before = Date.now();
  const now = systemClock.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

describe("sleep", () => {
  test("ends after its time and not before", async () => {
    const woken = vi.fn<() => void>();
    const sleeping = systemClock.sleep(1_000).then(woken);
    await vi.advanceTimersByTimeAsync(999);
    expect(woken).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(woken).toHaveBeenCalledOnce();
    await sleeping;
  });

  test("ends at once, without rejecting, when it is aborted; no timer is left", async () => {
    const stop = new AbortController();
    const sleeping = systemClock.sleep(1_000_000, stop.signal);
    expect(vi.getTimerCount()).toBe(1);
    stop.abort(new Error("stop"));
    await expect(sleeping).resolves.toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("does not begin when it is aborted already", async () => {
    await expect(systemClock.sleep(1_000_000, AbortSignal.abort())).resolves.toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("leaves no listener on a signal that outlives it", async () => {
    const stop = new AbortController();
    const remove = vi.spyOn(stop.signal, "removeEventListener");
    const sleeping = systemClock.sleep(5, stop.signal);
    await vi.advanceTimersByTimeAsync(5);
    await sleeping;
    expect(remove).toHaveBeenCalledExactlyOnceWith("abort", expect.any(Function));
  });
});
