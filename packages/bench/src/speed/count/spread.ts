/** The middle of several measurements of one thing, and how far apart they lie. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Null where nothing was measured. */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.filter((value) => Number.isFinite(value)).toSorted((one, other) => one - other);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return null;
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? max;
  const lower = sorted[Math.ceil(half) - 1] ?? min;
  return { median: (lower + upper) / 2, min, max };
}
