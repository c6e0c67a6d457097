import type { Load } from "../read/load.ts";

/** Since when an engine that has work to do was not seen to move. Times are monotonic. */
export interface Progress {
  readonly movedAt: number;
  readonly seenAt: number;
  /** As last seen. */
  readonly load: Load;
}

/** A longer gap between two probes hides what happened in it: the count begins anew. */
const LONGEST_GAP_MS = 30_000;

/**
 * Counters that move, no work to do, or a restart: it moves. Work to do and counters that stand still: it may hang,
 * from the last probe at which that was not so. A probe that brought no metrics changes nothing; of metrics without counters
 * nothing can be said.
 */
export function watchProgress(before: Progress | null, load: Load | null, now: number): Progress | null {
  if (load === null) return before;
  if (load.progress === null) return null;
  const stands =
    before !== null &&
    now - before.seenAt <= LONGEST_GAP_MS &&
    before.load.progress === load.progress &&
    before.load.startedAt === load.startedAt &&
    load.running + load.waiting > 0;
  return { movedAt: stands ? before.movedAt : now, seenAt: now, load };
}
