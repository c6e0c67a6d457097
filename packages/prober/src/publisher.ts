import {
  confirmedAt,
  VERDICTS,
  type Clock,
  type Snapshot,
  type SnapshotChange,
  type Verdict,
} from "@rollcall/contract";
import type { Log } from "@rollcall/runtime";
import { changeBetween, type SnapshotWriter } from "@rollcall/snapshot";
import type { ProberMetrics } from "./metrics.ts";

export interface PublisherOptions {
  readonly writer: SnapshotWriter<Snapshot, Verdict>;
  readonly clock: Clock;
  readonly log: Log;
  /** Names this run of the prober. */
  readonly instance: string;
  readonly metrics: Pick<ProberMetrics, "snapshotFailed">;
}

/** What a snapshot says beside its own number and time. */
export interface Publication {
  readonly verdicts: readonly Verdict[];
  readonly config: string;
  readonly intervalMs: number;
  /** Deployments that somebody asked to be probed: their evidence goes out even where it says the same as before. */
  readonly reprobed?: ReadonlySet<string>;
}

/**
 * Numbers snapshots and hands them to the carrier, each with what differs from the one before. A carrier that fails is
 * told of once, and tried again with the next.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #startedAt: number;
  #sequence = 0;
  #last: Snapshot | null = null;
  #failing = false;
  /** When the last one that is safely written was made, monotonic. */
  writtenAt: number | null = null;
  /** Where the prober listens, once it does. */
  url: string | null = null;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  get instance(): string {
    return this.#options.instance;
  }

  /** Resolves with whether it could be written. */
  async publish(publication: Publication): Promise<boolean> {
    const { clock, writer, log } = this.#options;
    const begun = clock.monotonic();
    const snapshot = this.#number(publication);
    const change = this.#changeTo(snapshot, publication.reprobed ?? new Set());
    this.#last = snapshot;
    try {
      await writer.write(snapshot, change);
      this.writtenAt = begun;
      if (this.#failing) log.info("snapshot written again");
      this.#failing = false;
      return true;
    } catch (error) {
      this.#options.metrics.snapshotFailed();
      if (!this.#failing)
        log.error(
          { code: (error as NodeJS.ErrnoException).code },
          "cannot write snapshot; gateways will go stale",
        );
      this.#failing = true;
      return false;
    }
  }

  /** Resolves once the carrier has done what was under way. */
  close(): Promise<void> {
    return this.#options.writer.close();
  }

  #number({ verdicts, config, intervalMs }: Publication): Snapshot {
    const { clock, instance } = this.#options;
    this.#sequence += 1;
    const confirmed = confirmedAt(verdicts);
    return {
      sequence: this.#sequence,
      writtenAt: clock.now(),
      intervalMs,
      prober: { instance, startedAt: this.#startedAt, ...(this.url === null ? {} : { url: this.url }) },
      config,
      ...(confirmed === undefined ? {} : { confirmedAt: confirmed }),
      verdicts,
    };
  }

  /** Null for the first. */
  #changeTo(snapshot: Snapshot, reprobed: ReadonlySet<string>): SnapshotChange<Verdict> | null {
    const change = this.#last === null ? null : changeBetween(VERDICTS, this.#last, snapshot);
    if (change === null || reprobed.size === 0) return change;
    const told = new Set(change.changed.map(({ deployment }) => deployment));
    const renewed = snapshot.verdicts.filter(
      ({ deployment }) => reprobed.has(deployment) && !told.has(deployment),
    );
    return { ...change, changed: [...change.changed, ...renewed] };
  }
}
