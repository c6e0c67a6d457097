import type { Snapshot } from "@rollcall/contract";

/**
 * Is this news? Within one prober instance the sequence decides, so that a clock set back hides nothing; between two
 * instances the time of writing does.
 */
export function isNewer(candidate: Snapshot, last: Snapshot | null): boolean {
  if (last === null) return true;
  if (candidate.prober.instance === last.prober.instance) return candidate.sequence > last.sequence;
  return candidate.prober.startedAt > last.prober.startedAt || candidate.writtenAt > last.writtenAt;
}
