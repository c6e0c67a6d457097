/** What tells of an attempt whether it is silent. Times are monotonic milliseconds. */
export interface AttemptTimes {
  /** Only a stream says something while it is worked on. */
  readonly isStream: boolean;
  /** The last byte of its answer; -Infinity before there is any. */
  readonly heardAt: number;
  /** When it was sent, or read on after the app had held it up; Infinity while the app does. */
  readonly awaitedSince: number;
}

/** What tells of a server whether it is gone. Times are monotonic milliseconds. */
export interface ServerTimes {
  /** Since when its port refuses connections. */
  readonly refusedAt: number;
  /** The last byte of any answer of it, of those too that have ended. */
  readonly heardAt: number;
  /** Since when it was listened to without a break: a process that stood still has heard nobody. */
  readonly watchedSince: number;
}

/** A stream that is silent for so long is worth a look at its server. */
export const SILENT_MS = 1_000;

/** Nothing for so long from one whose port is closed: it does not drain, it is gone. */
const GONE_MS = 2_000;

export function silentSince({ heardAt, awaitedSince }: AttemptTimes): number {
  return Math.max(heardAt, awaitedSince);
}

/**
 * Which streams of a server whose port refuses connections are to be ended: those without a byte for two seconds, if it has
 * sent nobody one for as long, nor any since its port was closed. One that drains behind a closed port sends to somebody.
 */
export function streamsToEnd<A extends AttemptTimes>(
  attempts: readonly A[],
  { refusedAt, heardAt, watchedSince }: ServerTimes,
  now: number,
): readonly A[] {
  const lastHeardAt = attempts.reduce((last, attempt) => Math.max(last, attempt.heardAt), heardAt);
  if (lastHeardAt >= refusedAt || now - Math.max(lastHeardAt, watchedSince) < GONE_MS) return [];
  return attempts.filter((attempt) => attempt.isStream && now - silentSince(attempt) >= GONE_MS);
}
