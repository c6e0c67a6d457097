import type { Reason } from "@rollcall/contract";

/** What speaks against a deployment. Definite: never sent to. Else a suspicion: only if nothing else is left. */
export interface Evidence {
  readonly definite: boolean;
  readonly reason: Reason;
}

/** One moment on both clocks, in milliseconds. */
export type Moment = Readonly<Record<"wall" | "monotonic", number>>;

/** What requests themselves have shown of a deployment since the prober last looked. */
export interface Ejection extends Evidence {
  readonly at: Moment;
  /** How long it holds without an update from the prober, in milliseconds. */
  readonly forMs: number;
  /** Asked for by the backend (`Retry-After`), so no probe can end it. */
  readonly isPause: boolean;
}

/** Without an update from the prober an ejection ends by itself: no state is a trap. */
const LONGEST_MS = 30_000;

/** The server does not have our name: nothing is sent until the prober has found it again. */
export function certainty(reason: Reason, at: Moment): Ejection {
  return { definite: true, reason, at, forMs: LONGEST_MS, isPause: false };
}

/** Second choice until the prober has looked: it does within its interval. */
export function suspicion(reason: Reason, at: Moment, probeIntervalMs: number): Ejection {
  const forMs = Math.min(probeIntervalMs, LONGEST_MS);
  return { definite: false, reason, at, forMs, isPause: false };
}

/** The backend asked to be left alone for `forMs`. */
export function pause(reason: Reason, forMs: number, at: Moment): Ejection {
  return { definite: false, reason, at, forMs, isPause: true };
}

/** `now` is monotonic. */
export function holds({ at, forMs }: Ejection, now: number): boolean {
  return now - at.monotonic <= forMs;
}

/** Which of the two counts: a suspicion does not weaken a certainty that still holds. */
export function stronger(before: Ejection | null, next: Ejection): Ejection {
  const keeps = before !== null && before.definite && !next.definite && holds(before, next.at.monotonic);
  return keeps ? before : next;
}

/**
 * Does a routable verdict, observed at that wall time, outweigh it? Only one that was asked for after it: an answer that
 * was on its way says nothing about what came later.
 */
export function isOutweighedBy({ at, isPause }: Ejection, observedAt: number): boolean {
  return !isPause && observedAt > at.wall;
}
