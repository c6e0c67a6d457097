import type { LinkToHolder } from "../ports.ts";

/** A holder, as the ledger knows it, connected or not. */
export interface HolderRecord {
  readonly name: string;
  /** Null: none; its leases go on for a while. */
  link: LinkToHolder | null;
  /** Monotonic time of its last message. */
  heardAt: number;
  /** When its connection to this run of the ledger was lost; null: it stands, or there was none yet. */
  lostAt: number | null;
}
