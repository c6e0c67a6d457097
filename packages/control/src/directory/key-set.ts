import {
  accessRecordKey,
  type AccessRecord,
  type Clock,
  type KeySnapshot,
  type SnapshotChange,
} from "@rollcall/contract";
import type { SnapshotWriter } from "@rollcall/snapshot";
import type { Change, Row } from "@rollcall/store";
import { accessRecordOf } from "./access-record.ts";
import type { Committed } from "./change-queue.ts";

/** A gateway that has heard nothing for three of these says that its keys are not fresh. */
export const KEYS_INTERVAL_MS = 1_000;

export interface KeySetOptions {
  readonly writer: SnapshotWriter<KeySnapshot, AccessRecord>;
  readonly clock: Clock;
  /** Names this run of control. */
  readonly instance: string;
  /** All rows that there are. */
  readonly rows: () => Iterable<Row>;
}

/** The records that gateways follow, numbered and published: what changed at once, and a heartbeat every interval. */
export class KeySet {
  readonly #options: KeySetOptions;
  readonly #startedAt: number;
  readonly #places = new Map<string, number>();
  #records: AccessRecord[] = [];
  #sequence = 0;

  constructor(options: KeySetOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  /** Resolves once gateways can see it. */
  async publish({ changes }: Committed): Promise<void> {
    if (changes === null) {
      this.#rebuild();
      await this.#write(null);
      return;
    }
    const { changed, removed } = summarise(changes);
    // Readers hold what was published before.
    this.#records = [...this.#records];
    for (const key of removed) this.#remove(key);
    for (const record of changed) this.#put(record);
    await this.#write({ after: this.#sequence, changed, removed });
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

  #rebuild(): void {
    this.#records = [];
    this.#places.clear();
    for (const row of this.#options.rows()) this.#put(accessRecordOf(row));
  }

  #put(record: AccessRecord): void {
    const key = accessRecordKey(record);
    const place = this.#places.get(key) ?? this.#records.length;
    this.#places.set(key, place);
    this.#records[place] = record;
  }

  /** The last one takes its place, so that none has to move up. */
  #remove(key: string): void {
    const place = this.#places.get(key);
    const last = place === undefined ? undefined : this.#records.pop();
    if (place === undefined || last === undefined) return;
    this.#places.delete(key);
    if (place === this.#records.length) return;
    this.#records[place] = last;
    this.#places.set(accessRecordKey(last), place);
  }

  #write(change: SnapshotChange<AccessRecord> | null): Promise<void> {
    const { clock, instance, writer } = this.#options;
    this.#sequence += 1;
    const snapshot = {
      sequence: this.#sequence,
      writtenAt: clock.now(),
      intervalMs: KEYS_INTERVAL_MS,
      control: { instance, startedAt: this.#startedAt },
      records: this.#records,
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
