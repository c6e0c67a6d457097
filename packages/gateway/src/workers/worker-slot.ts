/** One worker's place among those that share the port. */
export interface WorkerSlot {
  /** From 0; log lines count from 1. */
  readonly index: number;
  readonly count: number;
  /** Each worker listens by itself (SO_REUSEPORT); false: all on the same socket, which somebody else keeps. */
  readonly sharesPort: boolean;
  /** The text of `/metrics` for all workers together. */
  readonly scrape: () => Promise<string>;
  /** How many milliseconds ago the other workers heard of a server (Infinity: never); null where one does not say. */
  readonly heardElsewhere: (origin: string) => Promise<number | null>;
}
