import type { Result } from "./result.ts";

/** What every snapshot says of itself, whatever it carries. Times are epoch milliseconds. */
export interface SnapshotHeader {
  /** Grows with every write of one run of the writer. */
  readonly sequence: number;
  readonly writtenAt: number;
  /** How often it is written at least: nothing new for three intervals is stale. */
  readonly intervalMs: number;
}

/**
 * What differs from an earlier snapshot of the same run. Records are whole, so that it may be applied to any state from
 * `after` on.
 */
export interface SnapshotChange<Item> {
  /** The sequence of that earlier snapshot. */
  readonly after: number;
  /** Records that are new or have another value. */
  readonly changed: readonly Item[];
  /** Keys of records that are gone. */
  readonly removed: readonly string[];
}

/** What carriers have to know of one kind of snapshot. Pure: a new kind is one of these. */
export interface SnapshotKind<Whole extends SnapshotHeader, Item> {
  readonly name: string;
  /** Of what is written. Readers take this one and the one before it. */
  readonly version: number;
  /** The field that holds the records. */
  readonly list: keyof Whole & string;
  readonly keyOf: (record: Item) => string;
  /** Names the writer's run, within which sequences count. */
  readonly instanceOf: (snapshot: Whole) => string;
  /** Would a reader act the same on both? What it would not act on is no change. */
  readonly isSame: (before: Item, after: Item) => boolean;
  /** What is wrong with a header, beside sequence, times and records; null for nothing. Unknown fields are ignored. */
  readonly headerFault: (header: Readonly<Record<string, unknown>>) => string | null;
  /** A record as this version knows it, or the field that is not as expected. Unknown fields are ignored. */
  readonly readRecord: (record: unknown) => Result<Item, string>;
}
