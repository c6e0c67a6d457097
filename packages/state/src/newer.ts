import type { Snapshot } from "@rollcall/contract";

/**
 * Is this news? Within one prober instance the sequence decides. Another instance is always news: what the carrier holds
 * now was written last, whatever the clocks say, and a clock set back must not hide a prober that was restarted.
 */
export function isNewer(candidate: Snapshot, last: Snapshot | null): boolean {
  if (last === null) return true;
  if (candidate.prober.instance === last.prober.instance) return candidate.sequence > last.sequence;
  return true;
}
