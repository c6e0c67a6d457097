import type { Snapshot } from "@rollcall/contract";
import type { SnapshotListener } from "../src/index.ts";

/** Listens to a reader, remembers what it was told, and lets a test wait for more. */
export class Recorder implements SnapshotListener {
  readonly snapshots: Snapshot[] = [];
  readonly faults: string[] = [];
  readonly #waiting = new Set<() => void>();

  get sequences(): readonly number[] {
    return this.snapshots.map(({ sequence }) => sequence);
  }

  onSnapshot(snapshot: Snapshot): void {
    this.snapshots.push(snapshot);
    this.#tell();
  }

  onFault(fault: string): void {
    this.faults.push(fault);
    this.#tell();
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

  #tell(): void {
    for (const look of this.#waiting) look();
  }
}
