export interface Sample {
  readonly seconds: number;
  readonly value: number;
}

/** Least squares: by how much the value grows a second. Zero for fewer than two samples. */
export function slope(samples: readonly Sample[]): number {
  const n = samples.length;
  if (n < 2) return 0;
  const meanX = samples.reduce((sum, { seconds }) => sum + seconds, 0) / n;
  const meanY = samples.reduce((sum, { value }) => sum + value, 0) / n;
  const over = samples.reduce((sum, { seconds, value }) => sum + (seconds - meanX) * (value - meanY), 0);
  const under = samples.reduce((sum, { seconds }) => sum + (seconds - meanX) ** 2, 0);
  return under === 0 ? 0 : over / under;
}
