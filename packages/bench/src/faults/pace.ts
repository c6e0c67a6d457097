/** How much time and load the rows get. */
export interface Pace {
  /** Arrivals a second, unless a system is asked to bear less. */
  readonly perSecond: number;
  /** Of every pause of a fault. */
  readonly share: number;
  readonly warmMs: number;
  /** How long to wait for a repaired replica to be used again. */
  readonly backMs: number;
  readonly afterMs: number;
  /** Rows side by side. More than one saves time and costs precision. */
  readonly lanes: number;
}

export const FULL: Pace = { perSecond: 120, share: 1, warmMs: 1_000, backMs: 8_000, afterMs: 700, lanes: 1 };
export const QUICK: Pace = { perSecond: 60, share: 0.6, warmMs: 500, backMs: 4_000, afterMs: 300, lanes: 2 };
