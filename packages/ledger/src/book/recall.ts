import type { HolderRecord } from "./holder-record.ts";

/** Holders were asked to give back what they do not use, for the first questions that wait. */
export interface Recall {
  readonly id: number;
  /** Those that have not answered. */
  readonly asked: Set<HolderRecord>;
  /** So many questions, from the first on, are answered with what comes back. */
  covered: number;
  readonly stopTimer: () => void;
}
