import type { Clock } from "@rollcall/contract";

/**
 * One moment on both clocks, in milliseconds: what a verdict and a snapshot say is wall time; what is waited for, counted
 * or compared is monotonic, so that a clock that is set moves nothing.
 */
export interface Instant {
  readonly wall: number;
  readonly monotonic: number;
}

export function instantOf(clock: Clock): Instant {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

/** The wall time of something remembered. */
export function toWall(at: number, now: Instant): number {
  return Math.round(now.wall - (now.monotonic - at));
}

/** The monotonic time of something written by an earlier run. What lies ahead was written before the clock was set back. */
export function toMonotonic(at: number, now: Instant): number {
  return now.monotonic - Math.max(0, now.wall - at);
}
