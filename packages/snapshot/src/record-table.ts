import type { SnapshotChange, SnapshotHeader, SnapshotKind } from "@rollcall/contract";
import { recordsOf, withRecords } from "./whole.ts";

/** Keys taken in at a time: about a millisecond's work. */
const SLICE = 10_000;

/**
 * The snapshot of now, and where each key stands in it. A change costs its own size, and the copy of a list of pointers,
 * since snapshots that were handed out stay as they were (0.1 ms for 100,000). Records have no order.
 */
export class RecordTable<Whole extends SnapshotHeader, Item> {
  readonly #kind: SnapshotKind<Whole, Item>;
  readonly #places = new Map<string, number>();
  #snapshot: Whole;

  private constructor(kind: SnapshotKind<Whole, Item>, snapshot: Whole) {
    this.#kind = kind;
    this.#snapshot = snapshot;
  }

  /** With a break after every slice, for its caller to let others go first. */
  static *build<Whole extends SnapshotHeader, Item>(
    kind: SnapshotKind<Whole, Item>,
    snapshot: Whole,
  ): Generator<void, RecordTable<Whole, Item>> {
    const table = new RecordTable(kind, snapshot);
    for (const [place, record] of recordsOf(kind, snapshot).entries()) {
      table.#places.set(kind.keyOf(record), place);
      if (place % SLICE === SLICE - 1) yield;
    }
    return table;
  }

  get snapshot(): Whole {
    return this.#snapshot;
  }

  /** `header`: of the snapshot that the change leads to. */
  apply(header: Whole, { changed, removed }: SnapshotChange<Item>): void {
    const before = recordsOf(this.#kind, this.#snapshot);
    const touched = changed.length + removed.length > 0;
    const records = touched ? [...before] : before;
    if (touched) {
      for (const key of removed) this.#remove(records as Item[], key);
      for (const record of changed) this.#put(records as Item[], record);
    }
    this.#snapshot = withRecords(this.#kind, header, records);
  }

  #put(records: Item[], record: Item): void {
    const key = this.#kind.keyOf(record);
    const place = this.#places.get(key) ?? records.length;
    this.#places.set(key, place);
    records[place] = record;
  }

  /** The last one takes its place, so that none has to move up. */
  #remove(records: Item[], key: string): void {
    const place = this.#places.get(key);
    const last = records.pop();
    if (last === undefined) return;
    if (place === undefined) {
      records.push(last);
      return;
    }
    this.#places.delete(key);
    if (place === records.length) return;
    records[place] = last;
    this.#places.set(this.#kind.keyOf(last), place);
  }
}
