import type { SnapshotChange, SnapshotHeader, SnapshotKind } from "@rollcall/contract";
import { recordsOf } from "./whole.ts";

/** What differs between two snapshots of one run; null where they are of two, so that nothing can be said. */
export function changeBetween<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  before: Whole,
  after: Whole,
): SnapshotChange<Item> | null {
  const { instanceOf, isSame, keyOf } = kind;
  if (instanceOf(before) !== instanceOf(after)) return null;
  const [old, now] = [recordsOf(kind, before), recordsOf(kind, after)];
  if (isAligned(kind, old, now)) {
    const changed = now.filter((record, place) => !isSame(old[place] as Item, record));
    return { after: before.sequence, changed, removed: [] };
  }
  const left = new Map(old.map((record) => [keyOf(record), record]));
  const changed = now.filter((record) => {
    const known = left.get(keyOf(record));
    left.delete(keyOf(record));
    return known === undefined || !isSame(known, record);
  });
  return { after: before.sequence, changed, removed: [...left.keys()] };
}

/** Do both hold the same keys in the same places? Almost always, and then no key has to be looked up. */
function isAligned<Whole extends SnapshotHeader, Item>(
  { keyOf }: SnapshotKind<Whole, Item>,
  old: readonly Item[],
  now: readonly Item[],
): boolean {
  return (
    old.length === now.length && old.every((record, place) => keyOf(record) === keyOf(now[place] as Item))
  );
}

/** Several changes that follow each other, as one. */
export function mergeChanges<Whole extends SnapshotHeader, Item>(
  { keyOf }: SnapshotKind<Whole, Item>,
  [first, ...rest]: readonly [SnapshotChange<Item>, ...SnapshotChange<Item>[]],
): SnapshotChange<Item> {
  if (rest.length === 0) return first;
  const changed = new Map<string, Item>();
  const removed = new Set<string>();
  for (const change of [first, ...rest]) {
    for (const record of change.changed) {
      changed.set(keyOf(record), record);
      removed.delete(keyOf(record));
    }
    for (const key of change.removed) {
      changed.delete(key);
      removed.add(key);
    }
  }
  return { after: first.after, changed: [...changed.values()], removed: [...removed] };
}

/** Does it touch no record? A heartbeat: it says that the writer lives. */
export function isHeartbeat({ changed, removed }: SnapshotChange<unknown>): boolean {
  return changed.length === 0 && removed.length === 0;
}

/** How many records it touches. */
export function sizeOf({ changed, removed }: SnapshotChange<unknown>): number {
  return changed.length + removed.length;
}
