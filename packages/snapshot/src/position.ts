import type { SnapshotHeader, SnapshotKind } from "@rollcall/contract";

/** One write of one run of a writer. */
export interface Position {
  readonly instance: string;
  readonly sequence: number;
}

export function positionOf<Whole extends SnapshotHeader, Item>(
  { instanceOf }: SnapshotKind<Whole, Item>,
  snapshot: Whole,
): Position {
  return { instance: instanceOf(snapshot), sequence: snapshot.sequence };
}

/** As it stands in logs, ETags and ids of events. */
export function printPosition({ instance, sequence }: Position): string {
  return `${instance}-${sequence}`;
}

/** Null where it is none. */
export function parsePosition(name: string | null): Position | null {
  const [, instance, sequence] = /^(.*)-(\d+)$/.exec(name ?? "") ?? [];
  return instance === undefined ? null : { instance, sequence: Number(sequence) };
}

/**
 * Does it come after what was read last? Within one run the sequence decides. Another run is always newer: what the carrier
 * holds now was written last, whatever the clocks say, and a clock set back must not hide a writer that was restarted.
 */
export function isNewer(candidate: Position, last: Position | null): boolean {
  return last === null || candidate.instance !== last.instance || candidate.sequence > last.sequence;
}

/** A write and when it was made, by its writer's clock. */
export interface Write extends Position {
  readonly writtenAt: number;
}

export function writeOf<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  snapshot: Whole,
): Write {
  return { ...positionOf(kind, snapshot), writtenAt: snapshot.writtenAt };
}

/**
 * Does a whole snapshot take the place of the one read last? Also where it was written later under a lower number: somebody
 * else's with a number that its run never reaches must not hide all that follow.
 */
export function replaces(candidate: Write, last: Write | null): boolean {
  return last === null || isNewer(candidate, last) || candidate.writtenAt > last.writtenAt;
}

/** Does a change that goes on from `base` go on from what was read last? Where it does not, others between were missed. */
export function continues(base: Position, last: Position | null): boolean {
  return last !== null && base.instance === last.instance && base.sequence <= last.sequence;
}
