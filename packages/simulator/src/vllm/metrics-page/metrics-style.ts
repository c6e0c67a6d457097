/**
 * How /metrics looks. `old-names` is vLLM before 0.9.2, `data-parallel` two engines behind one address (several API
 * servers, so no start time), of which the second meets the faults, `no-stats` is --disable-log-stats.
 */
export type MetricsStyle = "current" | "old-names" | "data-parallel" | "no-stats";

export const METRICS_STYLES: readonly MetricsStyle[] = ["current", "old-names", "data-parallel", "no-stats"];
