import type { LogLevel } from "@rollcall/runtime";
import type { RequestLookup } from "../explain/request-explanation.ts";
import type { Counts } from "../observe/counts.ts";

/** One worker's place among those that share the port. */
export interface WorkerSlot {
  /** From 0; log lines count from 1. */
  readonly index: number;
  readonly count: number;
  /** Each worker listens by itself (SO_REUSEPORT); false: all on the same socket, which somebody else keeps. */
  readonly sharesPort: boolean;
  /** What all workers together have counted. */
  readonly scrape: () => Promise<Counts>;
  /** How many milliseconds ago the other workers heard of a server (Infinity: never); null where one does not say. */
  readonly heardElsewhere: (origin: string) => Promise<number | null>;
  /** What all workers know of a request; null where their parent does not say. */
  readonly explain: (requestId: string) => Promise<RequestLookup | null>;
  /** Has all workers log so. */
  readonly orderLogLevel: (level: LogLevel | null) => void;
}
