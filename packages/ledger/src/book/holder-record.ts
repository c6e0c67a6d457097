import type { LinkToHolder } from "../ports.ts";

/** A holder, as the ledger knows it, connected or not. */
export interface HolderRecord {
  readonly name: string;
  /** Null: none; its leases go on for a while. */
  link: LinkToHolder | null;
  /** Monotonic time of its last message. */
  heardAt: number;
}
