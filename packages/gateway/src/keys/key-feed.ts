import {
  ageCountsFrom,
  isStale,
  type AccessRecord,
  type Clock,
  type KeySnapshot,
  type SnapshotChange,
} from "@rollcall/contract";
import type { Log } from "@rollcall/runtime";
import type { SnapshotReader } from "@rollcall/snapshot";
import { Grant } from "./grant.ts";
import { KeySet } from "./key-set.ts";

/** `stale`: keys are taken as they were last known. `expired`: for so long that they no longer are. */
export type KeyFreshness = "none" | "fresh" | "stale" | "expired";

export interface KeyFeedDeps {
  readonly reader: SnapshotReader<KeySnapshot, AccessRecord>;
  readonly clock: Clock;
  readonly log: Log;
  /** How long keys are taken as they were last known, in milliseconds. */
  readonly staleOkMs: () => number;
  /** Control was heard of: these are the keys, and what has expired by now is not told otherwise. */
  readonly heard: (keys: KeySet<Grant>) => void;
}

/** The keys as control last told them, and since when it has told nothing. */
export class KeyFeed {
  readonly #deps: KeyFeedDeps;
  readonly #first = Promise.withResolvers<void>();
  #ageCountsFrom = 0;
  #intervalMs = 0;
  /** What came while a set was being built. */
  #meanwhile: SnapshotChange<AccessRecord>[] | null = null;
  /** Of those being built only the last one counts. */
  #builds = 0;
  /** The records of the newest snapshot. */
  keys: KeySet<Grant> | null = null;
  sequence = 0;
  faults = 0;

  constructor(deps: KeyFeedDeps) {
    this.#deps = deps;
  }

  /** Resolves once there are keys, or it is known that control cannot be asked now. */
  async start(): Promise<void> {
    const { reader, log } = this.#deps;
    await reader.start({
      keepsRecords: true,
      onSnapshot: (snapshot, change) => this.#take(snapshot, change),
      onFault: (fault) => {
        this.faults += 1;
        // At the start of all daemons together control is often the last.
        if (this.keys === null)
          log.info({ fault }, "keys unusable: waiting for a first good set from control");
        else log.warn({ fault }, "keys unusable: keeping the last good ones");
        this.#first.resolve();
      },
    });
    // A set that has come is built by then, however large.
    if (this.#builds > 0) await this.#first.promise;
  }

  close(): Promise<void> {
    return this.#deps.reader.close();
  }

  /** Milliseconds since control was last heard of; Infinity where it never was. */
  ageMs(): number {
    return this.keys === null ? Number.POSITIVE_INFINITY : this.#deps.clock.monotonic() - this.#ageCountsFrom;
  }

  freshness(): KeyFreshness {
    if (this.keys === null) return "none";
    const ageMs = this.ageMs();
    if (!isStale(ageMs, this.#intervalMs)) return "fresh";
    return ageMs > this.#deps.staleOkMs() ? "expired" : "stale";
  }

  #take(snapshot: KeySnapshot, change: SnapshotChange<AccessRecord> | null): void {
    const { clock, heard } = this.#deps;
    const isFirst = this.sequence === 0;
    this.#ageCountsFrom = ageCountsFrom({ writtenAt: snapshot.writtenAt, isFirst }, clock);
    this.#intervalMs = snapshot.intervalMs;
    this.sequence = snapshot.sequence;
    if (change === null) {
      this.#builds += 1;
      this.#meanwhile = [];
      void this.#build(snapshot.records, this.#builds);
    } else if (this.#meanwhile !== null) this.#meanwhile.push(change);
    else if (this.keys !== null) {
      this.keys.apply(change);
      heard(this.keys);
    }
  }

  /** Others have their turn in between. */
  async #build(records: readonly AccessRecord[], build: number): Promise<void> {
    const building = KeySet.build(records, (entry) => new Grant(entry));
    let step = building.next();
    while (step.done !== true) {
      await nextTurn();
      if (build !== this.#builds) return;
      step = building.next();
    }
    const keys = step.value;
    for (const change of this.#meanwhile ?? []) keys.apply(change);
    this.#meanwhile = null;
    this.keys = keys;
    this.#deps.heard(keys);
    this.#first.resolve();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
