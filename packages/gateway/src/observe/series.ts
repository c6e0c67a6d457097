import type { MetricObjectWithValues, MetricValueWithName } from "prom-client";

/** Seconds: from what a small model answers at once to what a large one thinks about. */
export const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** Seconds of what a gateway does itself. */
export const OWN_SECONDS = [
  0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1,
];

/** Powers of four, as OpenTelemetry has them for tokens. */
export const TOKENS = Array.from({ length: 14 }, (_, power) => 4 ** power);

/** One request of those in a bucket (OpenMetrics, "Exemplars"). */
export interface Exemplar {
  readonly labelSet: { readonly trace_id: string };
  readonly value: number;
}

/** What a metric has to say at a scrape. */
export type Printed<L extends string> = MetricObjectWithValues<MetricValueWithName<L>>;

/**
 * One series of a histogram, to be kept by whoever records: prom-client's own finds it anew by a text of all labels, for
 * every value, which is too much for what happens with every event.
 */
export class Series {
  readonly bounds: readonly number[];
  /** How many were within each bound and above the one before. */
  readonly counts: number[];
  sum = 0;
  count = 0;
  /** By bucket; null where none was ever told. */
  exemplars: (Exemplar | undefined)[] | null = null;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = bounds.map(() => 0);
  }

  record(value: number): void {
    this.sum += value;
    this.count += 1;
    const { bounds, counts } = this;
    for (let bucket = 0; bucket < bounds.length; bucket += 1)
      if (value <= (bounds[bucket] ?? 0)) {
        counts[bucket] = (counts[bucket] ?? 0) + 1;
        return;
      }
  }

  /** The same, and in which trace. */
  recordIn(traceId: string | null, value: number): void {
    this.record(value);
    if (traceId === null) return;
    const bucket = this.bounds.findIndex((bound) => value <= bound);
    this.exemplars ??= [];
    this.exemplars[bucket === -1 ? this.bounds.length : bucket] = { labelSet: { trace_id: traceId }, value };
  }
}

/** One series of a counter. */
export interface Count {
  value: number;
}

/** Series by their labels, in the order in which they came. */
export class SeriesMap<L extends string, S> {
  readonly #make: () => S;
  readonly #byLabels = new Map<
    string,
    { readonly labels: Readonly<Record<L, string>>; readonly series: S }
  >();

  constructor(make: () => S) {
    this.#make = make;
  }

  of(labels: Readonly<Record<L, string>>): S {
    const key = JSON.stringify(Object.values(labels));
    let found = this.#byLabels.get(key);
    if (found === undefined) this.#byLabels.set(key, (found = { labels, series: this.#make() }));
    return found.series;
  }

  all(): readonly { readonly labels: Readonly<Record<L, string>>; readonly series: S }[] {
    return [...this.#byLabels.values()];
  }
}
