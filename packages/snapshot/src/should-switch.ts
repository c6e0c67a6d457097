/**
 * A prober that was not heard from for so many intervals is left for one that was: before its snapshot is stale, which is
 * after three, and with time for the other one's next to come.
 */
const LATE_AFTER_INTERVALS = 1.5;

export interface ProberFreshness {
  /** Milliseconds since its last snapshot arrived. */
  readonly ageMs: number;
  readonly intervalMs: number;
  /** Does it work by the config that we work by? */
  readonly isSameConfig: boolean;
}

/** Should we switch to this prober? Only if it ranks strictly higher, so that two healthy probers never flap. */
export function shouldSwitch(candidate: ProberFreshness, followed: ProberFreshness): boolean {
  const [one, other] = [rank(candidate), rank(followed)];
  if (one !== other) return one > other;
  // Both are late: the younger one.
  return one === LATE && candidate.ageMs < followed.ageMs;
}

const LATE = 0;

/** A late one comes last, whatever config it works by: a verdict on what we do not have is passed over by itself. */
function rank({ ageMs, intervalMs, isSameConfig }: ProberFreshness): number {
  if (ageMs > LATE_AFTER_INTERVALS * intervalMs) return LATE;
  return isSameConfig ? 2 : 1;
}
