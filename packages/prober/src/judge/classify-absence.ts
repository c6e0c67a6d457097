import type { Reason } from "@rollcall/contract";
import type { DeploymentHistory } from "../remember/deployment-history.ts";

/** So many falls within the window are a crash loop. */
const LOOP_FALLS = 3;
const LOOP_WINDOW_MS = 15 * 60_000;

/** Twice the learned load time and half a minute: late, not merely slow. */
const LATE_FACTOR = 2;
const LATE_GRACE_MS = 30_000;

/** After so many times its load budget nobody waits for it any more. */
const DOWN_FACTOR = 3;

interface Absence {
  /** It says itself that it loads. */
  readonly saysLoading: boolean;
  readonly loadTimeMs: number;
  readonly now: number;
}

/**
 * Names what the wire cannot: a vLLM that loads is bound but not listening, so it refuses just as a dead one does. One
 * that was seen to serve and says nothing is gone; of the others only how long and how often tell.
 */
export function classifyAbsence(
  history: DeploymentHistory,
  { saysLoading, loadTimeMs, now }: Absence,
): Reason {
  const falls = history.falls.filter((at) => now - at < LOOP_WINDOW_MS);
  if (falls.length >= LOOP_FALLS) return "crash_loop";
  if (!saysLoading && wasSeen(history)) return "down";
  const waited = now - (history.absentSince ?? now);
  const budget = loadBudget(history, loadTimeMs);
  if (waited < budget) return "loading";
  return saysLoading || waited < DOWN_FACTOR * budget ? "overdue" : "down";
}

/** Did it ever list its models? */
function wasSeen({ verdict }: DeploymentHistory): boolean {
  return verdict.nameMatches !== null;
}

/** How long a load may take before it is late: learned where it was seen, configured where it was not. */
export function loadBudget(history: DeploymentHistory, loadTimeMs: number): number {
  if (history.loadTimesMs.length === 0) return loadTimeMs;
  return Math.max(...history.loadTimesMs) * LATE_FACTOR + LATE_GRACE_MS;
}

/** How long until a load like the earlier ones is over; null where none was seen. */
export function expectReady({ absentSince, loadTimesMs }: DeploymentHistory, now: number): number | null {
  if (loadTimesMs.length === 0) return null;
  const usual = loadTimesMs.toSorted((a, b) => a - b)[Math.floor(loadTimesMs.length / 2)] ?? 0;
  return Math.max(0, usual - (now - (absentSince ?? now)));
}
