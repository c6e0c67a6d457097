import type { Clock } from "./clock.ts";

/** How many intervals without an update make the state stale. */
export const STALE_AFTER_INTERVALS = 3;

/** Is an update of this age (milliseconds) too old to be called fresh? */
export function isStale(ageMs: number, intervalMs: number): boolean {
  return ageMs > STALE_AFTER_INTERVALS * intervalMs;
}

/**
 * From when on, by the monotonic clock, the age of an update counts: from its arrival, since two hosts' clocks need not
 * agree. Only the first may have lain there for long, and is as old as it says; a clock that is ahead makes none younger
 * than now.
 */
export function ageCountsFrom(
  { writtenAt, isFirst }: { readonly writtenAt: number; readonly isFirst: boolean },
  clock: Pick<Clock, "now" | "monotonic">,
): number {
  const ageMs = isFirst ? Math.max(0, clock.now() - writtenAt) : 0;
  return clock.monotonic() - ageMs;
}
