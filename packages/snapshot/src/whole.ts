import type { SnapshotHeader, SnapshotKind } from "@rollcall/contract";

/** The records of a snapshot, whatever its kind calls them. */
export function recordsOf<Whole extends SnapshotHeader, Item>(
  { list }: SnapshotKind<Whole, Item>,
  snapshot: Whole,
): readonly Item[] {
  return snapshot[list] as unknown as readonly Item[];
}

/** The same header with these records. */
export function withRecords<Whole extends SnapshotHeader, Item>(
  { list }: SnapshotKind<Whole, Item>,
  header: object,
  records: readonly Item[],
): Whole {
  return { ...header, [list]: records } as unknown as Whole;
}
