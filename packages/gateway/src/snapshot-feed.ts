import { type Clock, isStale, type Snapshot } from "@rollcall/contract";
import type { Log } from "@rollcall/runtime";
import type { SnapshotReader } from "@rollcall/state";

export type Freshness = "none" | "fresh" | "stale";

/** The last good snapshot and its age. Age is counted from when news arrived here: two clocks need not agree. */
export class SnapshotFeed {
  readonly #reader: SnapshotReader;
  readonly #clock: Clock;
  readonly #log: Log;
  #receivedAt = 0;
  snapshot: Snapshot | null = null;
  faults = 0;

  constructor(reader: SnapshotReader, clock: Clock, log: Log) {
    this.#reader = reader;
    this.#clock = clock;
    this.#log = log;
  }

  start(onNews: (snapshot: Snapshot) => void): Promise<void> {
    return this.#reader.start({
      onSnapshot: (snapshot) => {
        // The first one may have lain there since long ago; a clock that is ahead makes none younger than now.
        const age = this.snapshot === null ? Math.max(0, this.#clock.now() - snapshot.writtenAt) : 0;
        this.#receivedAt = this.#clock.monotonic() - age;
        this.snapshot = snapshot;
        onNews(snapshot);
      },
      onFault: (fault) => {
        this.faults += 1;
        this.#log.warn({ fault }, "snapshot not usable: the last good one holds");
      },
    });
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  /** Milliseconds since the last news; Infinity where there never was any. */
  ageMs(): number {
    return this.snapshot === null ? Number.POSITIVE_INFINITY : this.#clock.monotonic() - this.#receivedAt;
  }

  freshness(): Freshness {
    if (this.snapshot === null) return "none";
    return isStale(this.ageMs(), this.snapshot.intervalMs) ? "stale" : "fresh";
  }
}
