/**
 * A prober that is silent for so many intervals is left for one that is not: before its news is stale, which is after
 * three, and with time for the other one's next to come.
 */
const LATE_AFTER_INTERVALS = 1.5;

/** What there is to say for the snapshot of one prober. */
export interface Standing {
  /** Milliseconds since it arrived. */
  readonly ageMs: number;
  readonly intervalMs: number;
  /** Does its prober work by the config that we work by? */
  readonly sameConfig: boolean;
}

/**
 * Is the news that one prober brings to be followed instead of what another one, followed until now, said last? Only where
 * it is better of its kind: between two that live there is no changing to and fro.
 */
export function outranks(news: Standing, followed: Standing): boolean {
  const [one, other] = [rank(news), rank(followed)];
  if (one !== other) return one > other;
  // Both are late: the younger one.
  return one === LATE && news.ageMs < followed.ageMs;
}

const LATE = 0;

/** Old news comes last, whatever config it is of: a verdict on what we do not have is passed over by itself. */
function rank({ ageMs, intervalMs, sameConfig }: Standing): number {
  if (ageMs > LATE_AFTER_INTERVALS * intervalMs) return LATE;
  return sameConfig ? 2 : 1;
}
