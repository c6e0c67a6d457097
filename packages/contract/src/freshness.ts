/** How many intervals without news make the state stale. */
export const STALE_AFTER_INTERVALS = 3;

/** Is news of this age (milliseconds) too old to be called fresh? */
export function isStale(ageMs: number, intervalMs: number): boolean {
  return ageMs > STALE_AFTER_INTERVALS * intervalMs;
}
