import type { SnapshotChange, SnapshotHeader } from "@rollcall/contract";
import type { SnapshotWriter } from "./ports.ts";

/** Several carriers as one. Each gets what is written, whatever becomes of it on the others. */
export class EverySnapshotWriter<Whole extends SnapshotHeader, Item> implements SnapshotWriter<Whole, Item> {
  readonly #writers: readonly SnapshotWriter<Whole, Item>[];

  constructor(writers: readonly SnapshotWriter<Whole, Item>[]) {
    this.#writers = writers;
  }

  /** Rejects where one of them could not write. */
  async write(snapshot: Whole, change: SnapshotChange<Item> | null = null): Promise<void> {
    await Promise.all(this.#writers.map((writer) => writer.write(snapshot, change)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#writers.map((writer) => writer.close()));
  }
}
