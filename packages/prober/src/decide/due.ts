import { isProven } from "@rollcall/contract";
import type { Track } from "./track.ts";

export interface Intervals {
  readonly intervalMs: number;
  readonly notReadyIntervalMs: number;
}

/** A tenth more or less, so that probes that began together do not stay together. */
const JITTER = 0.1;

/** How long until a backend is asked again: sooner while one of its deployments waits for good news. `random` is 0..1. */
export function nextDelay(
  tracks: readonly Track[],
  { intervalMs, notReadyIntervalMs }: Intervals,
  random: number,
): number {
  const settled = tracks.every((track) => isProven(track.verdict) && track.failures === 0);
  const base = settled ? intervalMs : Math.min(intervalMs, notReadyIntervalMs);
  // Never later than the interval says: "within one interval" is a promise.
  return base * (1 - JITTER * random);
}

/** The first probes of a fleet, spread over a moment that grows with it: all of a small one at once. */
export function firstDelay(backends: number, { intervalMs }: Intervals, random: number): number {
  return Math.min(intervalMs, backends * 2) * random;
}
