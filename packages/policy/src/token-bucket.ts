/** Arithmetic of a bucket that fills at `limit` tokens a minute. Times are monotonic milliseconds. */

const MINUTE_MS = 60_000;

/** Of a minute's tokens, as many may go at once: ten seconds' worth. */
export const BURST_SHARE = 1 / 6;

/** How many tokens the bucket holds at most: at least one, or nothing would ever pass. 0 where the limit is 0. */
export function burstOf(limit: number, share: number = BURST_SHARE): number {
  return limit < 1 ? 0 : Math.max(1, Math.floor(limit * share));
}

export function tokensPerMs(limit: number): number {
  return limit / MINUTE_MS;
}

/** The level after `elapsedMs`, never above `cap`. */
export function refilled(level: number, elapsedMs: number, of: { limit: number; cap: number }): number {
  return Math.min(of.cap, level + Math.max(0, elapsedMs) * tokensPerMs(of.limit));
}

/** How long until there are `needed` tokens, in whole milliseconds; infinite where the bucket never fills. */
export function msUntil(needed: number, level: number, limit: number): number {
  if (level >= needed) return 0;
  return limit <= 0 ? Infinity : Math.ceil((needed - level) / tokensPerMs(limit));
}
