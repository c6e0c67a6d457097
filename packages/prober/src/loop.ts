import type { Target } from "./remember/target.ts";

/** One target's loop, as those outside it know it. */
export interface Loop {
  /** As the config has it now. */
  target: Target;
  readonly end: AbortController;
  /** Aborted to end the present sleep early. */
  wake: AbortController;
  /** Monotonic. */
  askedAt: number;
  /** Somebody asked for its next probe, and waits for what comes of it. */
  isAwaited: boolean;
  /** When gateways suspected it, the last few times, monotonic. */
  suspectedAt: readonly number[];
}

/** A suspicion is looked into at once, but not more often than this. */
export const LEAST_BETWEEN_MS = 250;

const SUSPICIONS = 10;

/** Several workers of one gateway tell of one moment at once. */
export function noteSuspicion(loop: Loop, now: number): void {
  if (now - (loop.suspectedAt.at(-1) ?? Number.NEGATIVE_INFINITY) < LEAST_BETWEEN_MS) return;
  loop.suspectedAt = [...loop.suspectedAt, now].slice(-SUSPICIONS);
}

export function endLoop({ end, wake }: Loop): void {
  end.abort();
  wake.abort();
}
