export { Ledger, LEASE_MS, LOST_MS, type LedgerOptions } from "./book/ledger.ts";
export { NO_JOURNAL, type LedgerJournal, type LedgerRow, type LedgerRowKey } from "./book/journal.ts";
export { burstShareOf } from "./burst-share.ts";
export { connectInProcess } from "./carriers/in-process.ts";
export { RemoteLedger, type RemoteLedgerOptions } from "./carriers/remote-ledger.ts";
export { serveStream } from "./carriers/serve-stream.ts";
export { stayConnected, type StayConnectedOptions } from "./carriers/stay-connected.ts";
export {
  LeasingHolder,
  type HolderCounts,
  type HolderOptions,
  type LeaseState,
} from "./holder/leasing-holder.ts";
export type { Cancelable, LeaseHolder, LimitRefusal, Reserved, Tightest } from "./lease-holder.ts";
export {
  systemTimers,
  type AcceptsHolders,
  type HolderEnd,
  type LedgerEnd,
  type LinkToHolder,
  type LinkToLedger,
  type Timers,
} from "./ports.ts";
