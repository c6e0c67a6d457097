import type { LedgerJournal, LedgerRow, LedgerRowKey } from "@rollcall/ledger";
import type { Store } from "@rollcall/store";

export interface LeaseJournalOptions {
  readonly store: Pick<Store, "writeLeases">;
  readonly onFault: (fault: string) => void;
}

/**
 * Keeps the ledger's rows in the store, one write at a time: what comes while one is under way goes along with the next.
 * Where a write fails its rows stay for the next.
 */
export class LeaseJournal implements LedgerJournal {
  readonly #options: LeaseJournalOptions;
  /** Null: forgotten. */
  readonly #pending = new Map<string, { readonly name: LedgerRowKey; readonly row: LedgerRow | null }>();
  #writing: Promise<void> | null = null;

  constructor(options: LeaseJournalOptions) {
    this.#options = options;
  }

  write(changed: readonly LedgerRow[], forgotten: readonly LedgerRowKey[]): void {
    for (const row of changed) this.#pending.set(keyOf(row), { name: row, row });
    for (const name of forgotten) this.#pending.set(keyOf(name), { name, row: null });
    this.#writing ??= this.#run();
  }

  /** Resolves once nothing is being written. */
  async drained(): Promise<void> {
    await this.#writing;
  }

  async #run(): Promise<void> {
    let works = true;
    while (works && this.#pending.size > 0) works = await this.#writeOnce();
    this.#writing = null;
  }

  async #writeOnce(): Promise<boolean> {
    const batch = [...this.#pending];
    this.#pending.clear();
    try {
      await this.#options.store.writeLeases(
        batch.flatMap(([, { row }]) => row ?? []),
        batch.flatMap(([, { name, row }]) => (row === null ? name : [])),
      );
      return true;
    } catch (error) {
      for (const [key, one] of batch) if (!this.#pending.has(key)) this.#pending.set(key, one);
      this.#options.onFault(error instanceof Error ? error.message : String(error));
      return false;
    }
  }
}

function keyOf({ scope, unit }: LedgerRowKey): string {
  return `${unit} ${scope}`;
}
