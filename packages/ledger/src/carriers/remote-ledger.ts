import type { Duplex } from "node:stream";
import type { AcceptsHolders, LedgerEnd, LinkToHolder, Timers } from "../ports.ts";
import { Lines, type Line } from "./lines.ts";
import { readFromLedger } from "./read-message.ts";

/** Holders give a sign of life every few seconds, and each is answered: silence for longer is a dead connection. */
const SILENCE_MS = 15_000;

export interface RemoteLedgerOptions {
  readonly timers: Timers;
  /** Once; every holder is disconnected by then. `fault`: for the log; null: the other side ended it. */
  closed(fault: string | null): void;
}

/** The ledger at the other end of a stream, for any number of holders of this process or of its workers. */
export class RemoteLedger implements AcceptsHolders {
  readonly #lines: Lines;
  readonly #links = new Map<number, LinkToHolder>();
  readonly #timers: Timers;
  #lastChannel = 0;
  #wasHeard = true;
  #stopWatch: () => void;

  constructor(stream: Duplex, options: RemoteLedgerOptions) {
    this.#timers = options.timers;
    this.#lines = new Lines(stream, {
      line: (line) => {
        this.#take(line);
      },
      closed: (fault) => {
        this.#stopWatch();
        for (const channel of this.#links.keys()) this.#end(channel);
        options.closed(fault);
      },
    });
    this.#stopWatch = this.#watch();
  }

  accept(link: LinkToHolder): LedgerEnd {
    const channel = (this.#lastChannel += 1);
    this.#links.set(channel, link);
    return {
      received: (message) => {
        if (this.#links.has(channel)) this.#lines.say(channel, message);
      },
      disconnected: () => {
        if (this.#links.delete(channel)) this.#lines.endChannel(channel);
      },
    };
  }

  close(): void {
    this.#lines.destroy();
  }

  #take([channel, ...messages]: Line): void {
    this.#wasHeard = true;
    const link = this.#links.get(channel);
    if (link === undefined) return;
    if (messages.length === 0) {
      this.#end(channel);
      return;
    }
    for (const message of messages) {
      const known = readFromLedger(message);
      // A later version says more than this one knows.
      if (known !== null) link.send(known);
    }
  }

  #end(channel: number): void {
    const link = this.#links.get(channel);
    this.#links.delete(channel);
    link?.close();
  }

  #watch(): () => void {
    return this.#timers.after(SILENCE_MS, () => {
      if (!this.#wasHeard && this.#links.size > 0) {
        this.#lines.destroy(`nothing was heard for ${SILENCE_MS / 1_000} s`);
        return;
      }
      this.#wasHeard = false;
      this.#stopWatch = this.#watch();
    });
  }
}
