const FIRST_BACKOFF_MS = 100;
const LAST_BACKOFF_MS = 10_000;

/** A worker that ran this long was well: the next death is the first again. */
const WELL_MS = 10_000;

const QUICK_DEATHS = 5;

export interface Death {
  readonly ranMs: number;
  /** Quick deaths of this worker in a row, before this one. */
  readonly streak: number;
  /** It ended by itself and said why, as with a config that has errors: that may be mended any time. */
  readonly refused: boolean;
  /** Do other workers serve meanwhile? */
  readonly othersServe: boolean;
}

export type AfterDeath =
  | { readonly kind: "restart"; readonly afterMs: number; readonly streak: number }
  | { readonly kind: "give_up"; readonly streak: number };

/** Started again, after a wait that doubles; given up where it dies at once, again and again. */
export function afterDeath({ ranMs, streak: before, refused, othersServe }: Death): AfterDeath {
  const streak = ranMs >= WELL_MS ? 1 : before + 1;
  if (streak >= QUICK_DEATHS && !(refused && othersServe)) return { kind: "give_up", streak };
  return {
    kind: "restart",
    streak,
    afterMs: Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (streak - 1)),
  };
}
