import type { Scope, Unit } from "@rollcall/contract";

/** What is known of one scope, as it is stored, so that a ledger that starts again knows it. */
export interface LedgerRow {
  readonly scope: Scope;
  readonly unit: Unit;
  readonly limit: number;
  /** Tokens that nobody holds; 0 for slots. */
  readonly level: number;
  /** Wall time of `level`, in epoch milliseconds. */
  readonly at: number;
  /** Holder → tokens or slots that are out there. */
  readonly held: Readonly<Record<string, number>>;
}

/** Names a row. */
export type LedgerRowKey = Pick<LedgerRow, "scope" | "unit">;

/** Takes what has changed, some of it at a time, soon after it did; returns at once and never throws. */
export interface LedgerJournal {
  /** `forgotten`: nothing is out there, and the bucket is full. */
  write(changed: readonly LedgerRow[], forgotten: readonly LedgerRowKey[]): void;
}

export const NO_JOURNAL: LedgerJournal = { write() {} };
