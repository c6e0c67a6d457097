import type { Outcome } from "../read/outcome.ts";
import type { Instant } from "./instant.ts";

/** A port that refuses connections. */
export interface Refusal {
  /** When it was first seen to, in epoch milliseconds. */
  readonly since: number;
  /** The same moment, monotonic. */
  readonly at: number;
  /** Seen again soon after: no accident. */
  readonly isConfirmed: boolean;
}

/** Two refusals that lie further apart are two first ones. */
const CONFIRMED_WITHIN_MS = 500;

/** One probe is added; `now` is when it began. Any other outcome than a refused connection ends the refusal. */
export function watchRefusal(before: Refusal | null, outcome: Outcome, now: Instant): Refusal | null {
  if (outcome.kind !== "absent" || outcome.isRefused !== true) return null;
  if (before?.isConfirmed === true) return before;
  if (before !== null && now.monotonic - before.at <= CONFIRMED_WITHIN_MS)
    return { ...before, isConfirmed: true };
  return { since: now.wall, at: now.monotonic, isConfirmed: false };
}
