import {
  accessRecordKey,
  type AccessRecord,
  type Clock,
  type KeySnapshot,
  type SnapshotChange,
} from "@rollcall/contract";
import type { HeldRecords, SnapshotWriter } from "@rollcall/snapshot";
import type { Change } from "@rollcall/store";
import { accessRecordOf } from "./access-record.ts";
import type { Committed } from "./change-queue.ts";
import type { Directory } from "./directory.ts";

/** A gateway that has heard nothing for three of these says that its keys are not fresh. */
export const KEYS_INTERVAL_MS = 1_000;

export interface KeySetOptions {
  readonly writer: SnapshotWriter<KeySnapshot, AccessRecord>;
  readonly clock: Clock;
  /** Names this run of control. */
  readonly instance: string;
}

/**
 * What gateways follow, numbered and published: what changed at once, and a heartbeat every interval. The records themselves
 * are the directory's, which the writer looks at for a base.
 */
export class KeySet {
  readonly #options: KeySetOptions;
  readonly #startedAt: number;
  #sequence = 0;

  constructor(options: KeySetOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  /** Resolves once gateways can see it. */
  async publish({ changes }: Committed): Promise<void> {
    await this.#write(changes === null ? null : { after: this.#sequence, ...summarise(changes) });
  }

  /** Says that nothing has changed, until the signal is aborted. */
  async heartbeat(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(KEYS_INTERVAL_MS, signal);
      if (!signal.aborted && this.#sequence > 0)
        await this.#write({ after: this.#sequence, changed: [], removed: [] });
    }
  }

  #write(change: SnapshotChange<AccessRecord> | null): Promise<void> {
    const { clock, instance, writer } = this.#options;
    this.#sequence += 1;
    const snapshot = {
      sequence: this.#sequence,
      writtenAt: clock.now(),
      intervalMs: KEYS_INTERVAL_MS,
      control: { instance, startedAt: this.#startedAt },
      records: [],
    };
    return writer.write(snapshot, change);
  }
}

/** Several changes as one: of each record what it is in the end. */
function summarise(changes: readonly Change[]): Pick<SnapshotChange<AccessRecord>, "changed" | "removed"> {
  const changed = new Map<string, AccessRecord>();
  const removed = new Set<string>();
  for (const change of changes) {
    for (const name of change.removed) {
      changed.delete(accessRecordKey(name));
      removed.add(accessRecordKey(name));
    }
    for (const row of change.put) {
      changed.set(accessRecordKey(row), accessRecordOf(row));
      removed.delete(accessRecordKey(row));
    }
  }
  return { changed: [...changed.values()], removed: [...removed] };
}

/**
 * The directory as gateways are told of it. What is staged may be seen a moment before it is committed; where that fails the
 * whole is published anew.
 */
export function recordsOf(directory: Directory): HeldRecords<AccessRecord> {
  return {
    count: () => directory.rows,
    *all() {
      for (const row of directory.all()) yield accessRecordOf(row);
    },
  };
}
