import type { Snapshot } from "@rollcall/contract";
import type { SnapshotWriter } from "./ports.ts";

/** Several carriers as one. Each gets what is written, whatever becomes of it on the others. */
export class EverySnapshotWriter implements SnapshotWriter {
  readonly #writers: readonly SnapshotWriter[];

  constructor(writers: readonly SnapshotWriter[]) {
    this.#writers = writers;
  }

  /** Rejects where one of them could not write. */
  async write(snapshot: Snapshot): Promise<void> {
    await Promise.all(this.#writers.map((writer) => writer.write(snapshot)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#writers.map((writer) => writer.close()));
  }
}
