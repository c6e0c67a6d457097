import type { Snapshot, SnapshotChange, SnapshotHeader, SnapshotKind, Verdict } from "@rollcall/contract";
import { VERDICTS } from "@rollcall/contract";
import type { SnapshotListener } from "../src/index.ts";
import { recordsOf } from "../src/whole.ts";

/** Listens to a reader, remembers what it was told, and lets a test wait for more. */
export class PlainRecorder<Whole extends SnapshotHeader, Item> implements SnapshotListener<Whole, Item> {
  readonly snapshots: Whole[] = [];
  readonly changes: (SnapshotChange<Item> | null)[] = [];
  readonly faults: string[] = [];
  readonly #waiting = new Set<() => void>();

  get sequences(): readonly number[] {
    return this.snapshots.map(({ sequence }) => sequence);
  }

  onSnapshot(snapshot: Whole, change: SnapshotChange<Item> | null): void {
    this.snapshots.push(snapshot);
    this.changes.push(change);
    this.#wake();
  }

  onFault(fault: string): void {
    this.faults.push(fault);
    this.#wake();
  }

  /** Waits until it holds of what was told so far; the test's own limit ends a wait that is in vain. */
  until(holds: (recorder: this) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds(this)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  untilSequence(sequence: number): Promise<void> {
    return this.until(({ snapshots }) => snapshots.at(-1)?.sequence === sequence);
  }

  #wake(): void {
    for (const look of this.#waiting) look();
  }
}

/** The same, with a table that follows the changes alone, as a gateway's does. */
export class KindRecorder<Whole extends SnapshotHeader, Item> extends PlainRecorder<Whole, Item> {
  readonly #kind: SnapshotKind<Whole, Item>;
  #table = new Map<string, Item>();
  /** Did that table ever say something else than the snapshot itself? */
  differed = false;

  constructor(kind: SnapshotKind<Whole, Item>) {
    super();
    this.#kind = kind;
  }

  override onSnapshot(snapshot: Whole, change: SnapshotChange<Item> | null): void {
    this.#follow(snapshot, change);
    super.onSnapshot(snapshot, change);
  }

  #follow(snapshot: Whole, change: SnapshotChange<Item> | null): void {
    const { keyOf } = this.#kind;
    const records = recordsOf(this.#kind, snapshot);
    if (change === null) this.#table = new Map(records.map((record) => [keyOf(record), record]));
    for (const record of change?.changed ?? []) this.#table.set(keyOf(record), record);
    for (const key of change?.removed ?? []) this.#table.delete(key);
    const isSame =
      records.length === this.#table.size &&
      records.every((record) => JSON.stringify(this.#table.get(keyOf(record))) === JSON.stringify(record));
    this.differed ||= !isSame;
  }
}

/** Of verdicts, as most tests want it. */
export class Recorder extends KindRecorder<Snapshot, Verdict> {
  constructor() {
    super(VERDICTS);
  }
}
