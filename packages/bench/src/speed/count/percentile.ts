/**
 * The smallest value that at least this share (0 to 1) of all values do not exceed. The values must be sorted.
 * NaN where there are none.
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.ceil(share * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? Number.NaN;
}
