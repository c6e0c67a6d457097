import { ageCountsFrom, type Clock, type SnapshotChange, type SnapshotHeader } from "@rollcall/contract";
import { shouldSwitch, type ProberFreshness } from "./should-switch.ts";
import type { SnapshotListener, SnapshotReader } from "./ports.ts";

export interface FailoverOptions<Whole> {
  readonly clock: Clock;
  /** Does the writer of this one work by the config that we work by now? */
  readonly isSameConfig: (snapshot: Whole) => boolean;
}

/** The last that one prober said. */
interface Latest<Whole> {
  readonly snapshot: Whole;
  /** By the monotonic clock. */
  readonly ageCountsFrom: number;
}

/**
 * Several readers, one for each prober, as one: it follows one prober and switches when that one is not heard from for too
 * long, or works by another config than we do and another prober does not. It only ever switches to a snapshot that has
 * just come, so that nothing older than what was there takes its place.
 */
export class FailoverReader<Whole extends SnapshotHeader, Item> implements SnapshotReader<Whole, Item> {
  readonly #readers: readonly SnapshotReader<Whole, Item>[];
  readonly #options: FailoverOptions<Whole>;
  readonly #latest = new Map<number, Latest<Whole>>();
  #followed = -1;

  constructor(readers: readonly SnapshotReader<Whole, Item>[], options: FailoverOptions<Whole>) {
    this.#readers = readers;
    this.#options = options;
  }

  /** Resolves with the first that has something to say, or when none has: one that is gone holds nothing up. */
  start(listener: SnapshotListener<Whole, Item>): Promise<void> {
    return new Promise((resolve) => {
      const starting = this.#readers.map((reader, index) =>
        reader.start({
          onSnapshot: (snapshot, change) => {
            this.#update(index, { snapshot, change }, listener);
            resolve();
          },
          // Which of them, by its place in the config: hosts are for operators alone.
          onFault: (fault) => listener.onFault(`prober ${index + 1}: ${fault}`),
        }),
      );
      void Promise.allSettled(starting).then(() => resolve());
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.close()));
  }

  #update(
    index: number,
    { snapshot, change }: { readonly snapshot: Whole; readonly change: SnapshotChange<Item> | null },
    listener: SnapshotListener<Whole, Item>,
  ): void {
    const { clock } = this.#options;
    const isFirst = !this.#latest.has(index);
    const latest = {
      snapshot,
      ageCountsFrom: ageCountsFrom({ writtenAt: snapshot.writtenAt, isFirst }, clock),
    };
    const followed = this.#latest.get(this.#followed);
    this.#latest.set(index, latest);
    if (index === this.#followed) {
      listener.onSnapshot(snapshot, change);
    } else if (
      followed === undefined ||
      shouldSwitch(this.#freshnessOf(latest), this.#freshnessOf(followed))
    ) {
      this.#followed = index;
      // What differs from another prober's snapshot nobody has said.
      listener.onSnapshot(snapshot, null);
    }
  }

  #freshnessOf({ snapshot, ageCountsFrom: from }: Latest<Whole>): ProberFreshness {
    const { clock, isSameConfig } = this.#options;
    const ageMs = clock.monotonic() - from;
    return { ageMs, intervalMs: snapshot.intervalMs, isSameConfig: isSameConfig(snapshot) };
  }
}
