import { type Clock, type Snapshot, SNAPSHOT_VERSION, type Verdict } from "@rollcall/contract";
import type { Log } from "@rollcall/runtime";
import type { SnapshotWriter } from "@rollcall/state";
import type { ProberMetrics } from "./metrics.ts";

export interface PublisherOptions {
  readonly writer: SnapshotWriter;
  readonly clock: Clock;
  readonly log: Log;
  /** Names this run of the prober. */
  readonly instance: string;
  readonly metrics: Pick<ProberMetrics, "snapshotFailed">;
}

/** What a snapshot says beside its own number and time. */
export interface News {
  readonly verdicts: readonly Verdict[];
  readonly config: string;
  readonly intervalMs: number;
}

/** Numbers snapshots and hands them to the carrier. A carrier that fails is told of once, and tried again with the next. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #startedAt: number;
  #sequence = 0;
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

  async publish({ verdicts, config, intervalMs }: News): Promise<void> {
    const { clock, instance, writer, log } = this.#options;
    this.#sequence += 1;
    const begun = clock.monotonic();
    const snapshot: Snapshot = {
      version: SNAPSHOT_VERSION,
      sequence: this.#sequence,
      writtenAt: clock.now(),
      intervalMs,
      prober: { instance, startedAt: this.#startedAt, ...(this.url === null ? {} : { url: this.url }) },
      config,
      verdicts,
    };
    try {
      await writer.write(snapshot);
      this.writtenAt = begun;
      if (this.#failing) log.info("snapshot written again");
      this.#failing = false;
    } catch (fault) {
      this.#options.metrics.snapshotFailed();
      if (!this.#failing)
        log.error(
          { code: (fault as NodeJS.ErrnoException).code },
          "cannot write snapshot; gateways will go stale",
        );
      this.#failing = true;
    }
  }

  /** Resolves once the carrier has done what was under way. */
  close(): Promise<void> {
    return this.#options.writer.close();
  }
}
