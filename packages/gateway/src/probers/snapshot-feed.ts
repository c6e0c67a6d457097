import {
  ageCountsFrom,
  isStale,
  type Clock,
  type Snapshot,
  type SnapshotChange,
  type Verdict,
} from "@rollcall/contract";
import type { Log } from "@rollcall/runtime";
import type { SnapshotReader } from "@rollcall/snapshot";

export type Freshness = "none" | "fresh" | "stale";

/** `change`: what differs from the snapshot before it; null where everything may. */
export type SnapshotUpdate = (snapshot: Snapshot, change: SnapshotChange<Verdict> | null) => void;

/** The last good snapshot and its age, which counts from its arrival here: two hosts' clocks need not agree. */
export class SnapshotFeed {
  readonly #reader: SnapshotReader<Snapshot, Verdict>;
  readonly #clock: Clock;
  readonly #log: Log;
  #ageCountsFrom = 0;
  snapshot: Snapshot | null = null;
  faults = 0;

  constructor(reader: SnapshotReader<Snapshot, Verdict>, clock: Clock, log: Log) {
    this.#reader = reader;
    this.#clock = clock;
    this.#log = log;
  }

  start(onUpdate: SnapshotUpdate): Promise<void> {
    return this.#reader.start({
      onSnapshot: (snapshot, change) => {
        const isFirst = this.snapshot === null;
        this.#ageCountsFrom = ageCountsFrom({ writtenAt: snapshot.writtenAt, isFirst }, this.#clock);
        this.snapshot = snapshot;
        onUpdate(snapshot, change);
      },
      onFault: (fault) => {
        this.faults += 1;
        this.#log.warn(
          { fault },
          this.snapshot === null
            ? "snapshot unusable: waiting for a first good one from the prober"
            : "snapshot unusable: keeping the last good one",
        );
      },
    });
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  /** Milliseconds since the last update; Infinity where there never was any. */
  ageMs(): number {
    return this.snapshot === null ? Number.POSITIVE_INFINITY : this.#clock.monotonic() - this.#ageCountsFrom;
  }

  freshness(): Freshness {
    if (this.snapshot === null) return "none";
    return isStale(this.ageMs(), this.snapshot.intervalMs) ? "stale" : "fresh";
  }
}
