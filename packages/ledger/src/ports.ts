import type { FromLedger, ToLedger } from "@rollcall/contract";

/** Calls later, on the clock that goes with it; the answer takes the call back. Keeps no process alive. */
export interface Timers {
  after(ms: number, call: () => void): () => void;
}

export const systemTimers: Timers = {
  after(ms, call) {
    const timer = setTimeout(call, ms).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};

/** What a carrier gives a holder. Neither side is called while it is calling: a message arrives in a later turn. */
export interface LinkToLedger {
  send(message: ToLedger): void;
}

/** What a carrier gives the ledger for each holder that connects. */
export interface LinkToHolder {
  send(message: FromLedger): void;
  /** The holder shall connect again. */
  close(): void;
}

/** A holder, as its carrier sees it. */
export interface HolderEnd {
  connected(link: LinkToLedger): void;
  received(message: FromLedger): void;
  disconnected(): void;
}

/** One connection, as the ledger has it. */
export interface LedgerEnd {
  received(message: ToLedger): void;
  disconnected(): void;
}

/** Takes connections of holders. */
export interface AcceptsHolders {
  accept(link: LinkToHolder): LedgerEnd;
}
