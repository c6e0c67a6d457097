import type { SnapshotHeader, SnapshotKind } from "@rollcall/contract";
import { changeBetween, type SnapshotWriter } from "../src/index.ts";

/** Says with each snapshot what differs from the one before, as daemons do; a snapshot that goes back is a whole. */
export class ChangeWriter<Whole extends SnapshotHeader, Item> implements SnapshotWriter<Whole, Item> {
  readonly #kind: SnapshotKind<Whole, Item>;
  readonly #writer: SnapshotWriter<Whole, Item>;
  #last: Whole | null = null;

  constructor(kind: SnapshotKind<Whole, Item>, writer: SnapshotWriter<Whole, Item>) {
    this.#kind = kind;
    this.#writer = writer;
  }

  write(snapshot: Whole): Promise<void> {
    const last = this.#last;
    this.#last = snapshot;
    const follows = last !== null && last.sequence < snapshot.sequence;
    return this.#writer.write(snapshot, follows ? changeBetween(this.#kind, last, snapshot) : null);
  }

  close(): Promise<void> {
    return this.#writer.close();
  }
}
