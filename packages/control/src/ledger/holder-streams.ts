import type { Duplex } from "node:stream";
import { serveStream, type AcceptsHolders } from "@rollcall/ledger";

export interface HolderStreamsOptions {
  readonly ledger: AcceptsHolders;
  readonly onFault: (fault: string) => void;
}

/** Connections over which gateways take leases. */
export class HolderStreams {
  readonly #options: HolderStreamsOptions;
  readonly #ends = new Set<() => void>();

  constructor(options: HolderStreamsOptions) {
    this.#options = options;
  }

  /** Whoever hands it in has authenticated it. */
  add(stream: Duplex): void {
    const end = serveStream(this.#options.ledger, stream, (fault) => {
      this.#ends.delete(end);
      if (fault !== null) this.#options.onFault(fault);
    });
    this.#ends.add(end);
  }

  /** A server that is closed waits for them otherwise. */
  close(): void {
    for (const end of this.#ends) end();
  }
}
