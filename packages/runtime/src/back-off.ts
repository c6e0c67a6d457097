/** How the wait between tries grows, in milliseconds. */
export interface BackOff {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The wait after so many failures in a row, counted from 1: it doubles, up to the last. */
export function backOffMs({ firstMs, lastMs }: BackOff, failures: number): number {
  return Math.min(lastMs, firstMs * 2 ** (failures - 1));
}
