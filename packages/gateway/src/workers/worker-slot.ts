import type { Counts } from "../observe/counts.ts";

/** One worker's place among those that share the port. */
export interface WorkerSlot {
  /** From 0; log lines count from 1. */
  readonly index: number;
  readonly count: number;
  /** What all workers together have counted. */
  readonly scrape: () => Promise<Counts>;
  /** How many milliseconds ago the other workers heard of a server (Infinity: never); null where one does not say. */
  readonly heardElsewhere: (origin: string) => Promise<number | null>;
}
