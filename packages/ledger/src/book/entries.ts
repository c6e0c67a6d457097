import type { Clock, Scope, Unit } from "@rollcall/contract";
import type { Timers } from "../ports.ts";
import { Entry } from "./entry.ts";
import type { HolderRecord } from "./holder-record.ts";
import type { LedgerJournal, LedgerRow } from "./journal.ts";

export interface EntriesOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly burstShare: number;
  readonly journal: LedgerJournal;
  readonly journalMs: number;
}

/** All scopes that something is known of, and what of it the journal does not know yet. */
export class Entries {
  readonly #options: EntriesOptions;
  readonly #entries: Record<Unit, Map<Scope, Entry>> = { requests: new Map(), parallel: new Map() };
  readonly #changed = new Set<Entry>();
  #stopFlush: (() => void) | null = null;

  constructor(options: EntriesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.requests.size + this.#entries.parallel.size;
  }

  get(scope: Scope, unit: Unit): Entry | undefined {
    return this.#entries[unit].get(scope);
  }

  /** The limit is of a new one alone. */
  open(scope: Scope, unit: Unit, limit: number): Entry {
    let entry = this.get(scope, unit);
    if (entry === undefined) {
      entry = new Entry({ scope, unit, limit }, this.#options.burstShare, this.#now());
      this.#entries[unit].set(scope, entry);
    }
    return entry;
  }

  *all(): Generator<Entry> {
    yield* this.#entries.requests.values();
    yield* this.#entries.parallel.values();
  }

  restore(row: LedgerRow, holder: (name: string) => HolderRecord): void {
    const entry = this.open(row.scope, row.unit, row.limit);
    for (const [name, amount] of Object.entries(row.held)) entry.held.set(holder(name), amount);
    const elapsedMs = Math.max(0, this.#options.clock.now() - row.at);
    entry.restore({ level: row.level, elapsedMs }, this.#now());
  }

  /** The journal is to know. */
  changed(entry: Entry): void {
    this.#changed.add(entry);
    this.#stopFlush ??= this.#options.timers.after(this.#options.journalMs, () => {
      this.#flush();
    });
  }

  forgetUnused(): void {
    for (const entry of this.all()) {
      if (!entry.isForgettable(this.#now())) continue;
      this.#entries[entry.unit].delete(entry.scope);
      this.changed(entry);
    }
  }

  close(): void {
    this.#flush();
  }

  #flush(): void {
    this.#stopFlush?.();
    this.#stopFlush = null;
    const rows: LedgerRow[] = [];
    const forgotten: Entry[] = [];
    for (const entry of this.#changed) {
      if (this.get(entry.scope, entry.unit) === entry) rows.push(this.#rowOf(entry));
      else forgotten.push(entry);
    }
    this.#changed.clear();
    const keys = forgotten.map(({ scope, unit }) => ({ scope, unit }));
    if (rows.length + keys.length > 0) this.#options.journal.write(rows, keys);
  }

  #rowOf(entry: Entry): LedgerRow {
    const { scope, unit, limit } = entry;
    const held: Record<string, number> = {};
    for (const [holder, amount] of entry.held) held[holder.name] = amount;
    return { scope, unit, limit, level: entry.level(this.#now()), at: this.#options.clock.now(), held };
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }
}
