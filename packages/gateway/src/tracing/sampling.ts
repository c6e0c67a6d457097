import type { TraceContext } from "../observe/trace-context.ts";

/** Which traces are kept: a share of those that begin here, and of others as they say. */
export interface Sampling {
  /** From 0 to 1. */
  readonly ratio: number;
  readonly followsParent: boolean;
}

const LAST_DIGITS = 13;
const ALL = 16 ** LAST_DIGITS;

/**
 * By the last digits of the trace's id, which W3C's level 2 says are random: every gateway decides the same of one trace, and
 * one that keeps less keeps a part of what one that keeps more does.
 */
export function isSampled(
  traceId: string,
  parent: TraceContext | null,
  { ratio, followsParent }: Sampling,
): boolean {
  if (parent !== null && followsParent) return parent.sampled;
  if (ratio >= 1) return true;
  if (ratio <= 0) return false;
  return Number.parseInt(traceId.slice(-LAST_DIGITS), 16) < ratio * ALL;
}
