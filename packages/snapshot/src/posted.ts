import type { SnapshotChange, SnapshotHeader, SnapshotKind } from "@rollcall/contract";
import type { KeptChange } from "./change-history.ts";
import { sizeOf } from "./changes.ts";
import { CHANGE_EVENT, printData, printEvent } from "./event-stream.ts";
import { collectInTurns } from "./in-turns.ts";
import { positionOf, printPosition, type Position } from "./position.ts";
import { printChange, printSnapshotInSlices } from "./snapshot-text.ts";
import { withRecords } from "./whole.ts";

/** A whole as it is sent. Printed once, when somebody first asks for it, however many do. */
export class PostedBase<Whole extends SnapshotHeader, Item> {
  readonly #kind: SnapshotKind<Whole, Item>;
  readonly #snapshot: Whole;
  readonly #records: () => Iterable<Item>;
  #body: Promise<readonly Buffer[]> | null = null;
  #data: Promise<readonly Buffer[]> | null = null;

  constructor(kind: SnapshotKind<Whole, Item>, snapshot: Whole, records: () => Iterable<Item>) {
    this.#kind = kind;
    this.#snapshot = snapshot;
    this.#records = records;
  }

  get position(): Position {
    return positionOf(this.#kind, this.#snapshot);
  }

  body(): Promise<readonly Buffer[]> {
    this.#body ??= collectInTurns(this.#print());
    return this.#body;
  }

  /** The beginning of an event: changes since and its end follow. */
  data(): Promise<readonly Buffer[]> {
    this.#data ??= collectInTurns(this.#printData());
    return this.#data;
  }

  *#printData(): Generator<string> {
    yield "data: ";
    for (const slice of this.#print()) yield printData(slice);
  }

  #print(): Generator<string> {
    return printSnapshotInSlices(this.#kind, this.#snapshot, this.#records());
  }
}

/** A change as it is sent, likewise. */
export class PostedChange<Whole extends SnapshotHeader, Item> implements KeptChange {
  readonly after: number;
  readonly sequence: number;
  readonly size: number;
  readonly #print: () => string;
  readonly #name: string;
  #text: string | null = null;
  #event: string | null = null;

  constructor(kind: SnapshotKind<Whole, Item>, snapshot: Whole, change: SnapshotChange<Item>) {
    this.after = change.after;
    this.sequence = snapshot.sequence;
    this.size = sizeOf(change);
    this.#name = printPosition(positionOf(kind, snapshot));
    // Without the records: many changes are kept, and each would hold on to all records of its time.
    const header: Whole = withRecords(kind, snapshot, []);
    this.#print = () => printChange(kind, header, change);
  }

  get text(): string {
    this.#text ??= this.#print();
    return this.#text;
  }

  get event(): string {
    this.#event ??= printEvent(this.#name, this.text, CHANGE_EVENT);
    return this.#event;
  }
}
