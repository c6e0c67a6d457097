import type { Duplex } from "node:stream";
import type { Clock } from "@rollcall/contract";
import type { AcceptsHolders, Timers } from "../ports.ts";
import { RemoteLedger } from "./remote-ledger.ts";

const FIRST_MS = 50;
/** A ledger that is back is found so soon at the latest. */
const LONGEST_MS = 1_000;

export interface StayConnectedOptions {
  /** A stream that speaks the ledger's protocol, authenticated and upgraded; rejects where there is none. */
  dial(signal: AbortSignal): Promise<Duplex>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: () => number;
  /** The ledger can be reached. The answer is called once it cannot: it cuts the holders. */
  up(ledger: AcceptsHolders): () => void;
  /** For the log: it could not be reached, or was lost. Once for each time, not for each try. */
  lost(why: string): void;
}

/** Keeps one connection to a ledger elsewhere, for all holders of this process and its workers. The answer ends it. */
export function stayConnected(options: StayConnectedOptions): () => void {
  const ending = new AbortController();
  void keepOn(options, ending.signal);
  return () => {
    ending.abort();
  };
}

async function keepOn(options: StayConnectedOptions, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const why = await connectOnce(options, signal, () => {
      failures = 0;
    });
    if (signal.aborted) return;
    failures += 1;
    if (failures === 1) options.lost(why);
    const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
    await options.clock.sleep(ms * (0.5 + options.random() / 2), signal);
  }
}

/** Resolves with why it is over. */
async function connectOnce(
  options: StayConnectedOptions,
  signal: AbortSignal,
  connected: () => void,
): Promise<string> {
  let stream: Duplex;
  try {
    stream = await options.dial(signal);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const over = Promise.withResolvers<string>();
  const ledger = new RemoteLedger(stream, {
    timers: options.timers,
    closed: (fault) => {
      over.resolve(fault ?? "it closed the connection");
    },
  });
  const end = () => {
    ledger.close();
  };
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  connected();
  const cut = options.up(ledger);
  const why = await over.promise;
  cut();
  signal.removeEventListener("abort", end);
  return why;
}
