import type { DeploymentHistory } from "../remember/deployment-history.ts";

/** What was lost earlier than this counts no more. */
const WINDOW_MS = 15 * 60_000;

/** However often it came and went: so many good probes in a row take anything in. */
const MOST = 8;

/**
 * How many good probes in a row take a deployment in: as the config says at first, and twice as many each time that it
 * was lost again within a quarter of an hour. What comes and goes costs every request that meets it.
 */
export function successesNeeded({ losses }: DeploymentHistory, configured: number, now: number): number {
  const recent = losses.filter((at) => now - at < WINDOW_MS).length;
  return Math.max(configured, Math.min(2 ** Math.max(0, recent - 1), MOST));
}
