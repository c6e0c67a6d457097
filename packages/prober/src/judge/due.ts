import { isRoutable, REASONS } from "@rollcall/contract";
import type { DeploymentHistory } from "../remember/deployment-history.ts";

export interface Intervals {
  readonly intervalMs: number;
  readonly notReadyIntervalMs: number;
  readonly maxIntervalMs: number;
}

/** A tenth more or less, so that probes that began together do not stay together. */
const JITTER = 0.1;

/** A ready one that nobody answers for, and a port that begins to refuse, are asked again so soon. */
const RECHECK_MS = 150;

/** What has been out for so long is asked a sixtieth of that time later, and so on. */
const PATIENCE = 60;

/** A service of others is not ours to watch closely. */
const HOSTED_INTERVAL_MS = 60_000;

/** How long until a backend of this kind is asked again, where its verdicts say `delayMs`. */
export function courteousDelay(delayMs: number, { isHosted }: { readonly isHosted: boolean }): number {
  return isHosted ? Math.max(delayMs, HOSTED_INTERVAL_MS) : delayMs;
}

/** How long until a backend is asked again: sooner while one of its deployments waits for good news. `random` is 0..1. */
export function nextDelay(
  histories: readonly DeploymentHistory[],
  intervals: Intervals,
  { now, random }: { readonly now: number; readonly random: number },
): number {
  const delays = histories.map((history) => delayOf(history, intervals, now));
  // A backend without deployments is about to be let go of.
  const base = delays.length === 0 ? intervals.intervalMs : Math.min(...delays);
  // Never later than the interval says: "within one interval" is a promise.
  return base * (1 - JITTER * random);
}

function delayOf(
  { verdict, reasonSince, absentSince, refusal, failures, successes }: DeploymentHistory,
  intervals: Intervals,
  now: number,
): number {
  const { intervalMs, notReadyIntervalMs, maxIntervalMs } = intervals;
  const soon = Math.min(intervalMs, notReadyIntervalMs);
  if (refusal?.isConfirmed === false) return Math.min(soon, RECHECK_MS);
  if (isRoutable(verdict) && failures === 0) return intervalMs;
  if (isRoutable(verdict) && absentSince !== null) return Math.min(soon, RECHECK_MS);
  // What answers well again is counted as fast as can be.
  if (isRoutable(verdict) || successes > 0 || REASONS[verdict.reason].selfHealing) return soon;
  return Math.max(soon, Math.min((now - reasonSince) / PATIENCE, maxIntervalMs));
}

/** The first probes of a fleet, spread over a moment that grows with it: all of a small one at once. */
export function firstDelay(backends: number, { intervalMs }: Intervals, random: number): number {
  return Math.min(intervalMs, backends * 2) * random;
}
