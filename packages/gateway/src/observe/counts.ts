import type { Registry } from "prom-client";
import type { Exemplar } from "./series.ts";

/** A metric as prom-client tells it, one entry a sample. */
export type FlatMetric = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>[number];

/** One series of a histogram. */
export interface Spread {
  readonly labels: Readonly<Record<string, string>>;
  /** How many were within each bound and above the one before. */
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
  /** By bucket. */
  readonly exemplars: readonly (Exemplar | undefined)[] | null;
}

/** A histogram with one entry a series: of a large fleet the samples would be tens of thousands. */
export interface SpreadMetric {
  readonly name: string;
  readonly help: string;
  readonly bounds: readonly number[];
  readonly spreads: readonly Spread[];
}

/** All that was counted, as it goes from one process to another. */
export type Counts = readonly (FlatMetric | SpreadMetric)[];

export function isSpread(metric: FlatMetric | SpreadMetric): metric is SpreadMetric {
  return "spreads" in metric;
}

/** A histogram that can tell itself by its series. */
export interface TellsSpreads {
  readSpreads(): SpreadMetric;
}

/** What all metrics of a registry have counted. */
export async function readCounts(registry: Registry): Promise<Counts> {
  const metrics = registry.getMetricsAsArray() as unknown as readonly (
    | TellsSpreads
    | { get(): Promise<FlatMetric> | FlatMetric }
  )[];
  return Promise.all(
    metrics.map(async (metric) => ("readSpreads" in metric ? metric.readSpreads() : metric.get())),
  );
}

/** The same series of two processes, or of two labels that are told as one. */
export function addSpreads(a: Spread, b: Spread): Spread {
  return {
    labels: a.labels,
    counts: a.counts.map((count, bucket) => count + (b.counts[bucket] ?? 0)),
    sum: a.sum + b.sum,
    count: a.count + b.count,
    // One process's exemplar is as good as another's.
    exemplars: a.exemplars ?? b.exemplars,
  };
}

/** Series with the same labels as one. */
export function gatherSpreads(spreads: readonly Spread[]): readonly Spread[] {
  const byLabels = new Map<string, Spread>();
  for (const spread of spreads) {
    const key = JSON.stringify(spread.labels);
    const known = byLabels.get(key);
    byLabels.set(key, known === undefined ? spread : addSpreads(known, spread));
  }
  return [...byLabels.values()];
}
