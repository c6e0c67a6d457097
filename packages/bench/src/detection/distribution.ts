export interface Distribution {
  readonly what: string;
  readonly ms: readonly number[];
}

/** The value below which that share of the others lies; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** A Markdown table, one line a distribution. */
export function printDistributions(distributions: readonly Distribution[]): string {
  const rows = distributions.map(({ what, ms }) => {
    const [p50, p90, most] = [0.5, 0.9, 1].map((share) => Math.round(quantile(ms, share)));
    return `| ${what} | ${p50} ms | ${p90} ms | ${most} ms | ${ms.length} |`;
  });
  return ["| what | p50 | p90 | most | samples |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}
