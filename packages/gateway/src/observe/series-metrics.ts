import { Counter, Histogram, type Registry } from "prom-client";
import type { SpreadMetric, TellsSpreads } from "./counts.ts";
import { Series, SeriesMap, type Count, type Printed } from "./series.ts";

interface About<L extends string> {
  readonly name: string;
  readonly help: string;
  /** In the order in which `of` is given them. */
  readonly labelNames: L[];
}

/** A histogram whose series are kept by those that record. */
export class SeriesHistogram<L extends string> extends Histogram<L> implements TellsSpreads {
  readonly #about: About<L>;
  readonly #bounds: readonly number[];
  readonly #series: SeriesMap<L, Series>;

  constructor(about: About<L>, bounds: readonly number[], registry: Registry) {
    super({ ...about, buckets: [...bounds], registers: [registry] });
    this.#about = about;
    this.#bounds = bounds;
    this.#series = new SeriesMap(() => new Series(bounds));
  }

  /** The series of these labels, which begins at zero. */
  of(labels: Readonly<Record<L, string>>): Series {
    return this.#series.of(labels);
  }

  readSpreads(): SpreadMetric {
    const { name, help } = this.#about;
    const spreads = this.#series.all().map(({ labels, series: { counts, sum, count, exemplars } }) => ({
      labels,
      counts,
      sum,
      count,
      exemplars,
    }));
    return { name, help, bounds: this.#bounds, spreads };
  }

  /** Every sample, as prom-client's own tells it. */
  override get(): Promise<Printed<L>> {
    const { name, help } = this.#about;
    const values = this.#series.all().flatMap(({ labels, series }) => printSeries(name, labels, series));
    return Promise.resolve({
      name,
      help,
      type: "histogram",
      aggregator: "sum",
      values,
    } as unknown as Printed<L>);
  }

  /** What a registry calls where a metric has it. */
  getForPromString(): Promise<Printed<L>> {
    return this.get();
  }
}

/** A counter whose series are kept by those that count. */
export class SeriesCounter<L extends string> extends Counter<L> {
  readonly #about: About<L>;
  readonly #series = new SeriesMap<L, Count>(() => ({ value: 0 }));

  constructor(about: About<L>, registry: Registry) {
    super({ ...about, registers: [registry] });
    this.#about = about;
  }

  /** The series of these labels, which begins at zero. */
  of(labels: Readonly<Record<L, string>>): Count {
    return this.#series.of(labels);
  }

  override get(): Promise<Printed<L>> {
    const { name, help } = this.#about;
    const values = this.#series.all().map(({ labels, series: { value } }) => ({ labels, value }));
    return Promise.resolve({
      name,
      help,
      type: "counter",
      aggregator: "sum",
      values,
    } as unknown as Printed<L>);
  }
}

function printSeries(
  name: string,
  labels: Readonly<Record<string, string>>,
  { bounds, count, counts, sum }: Series,
): readonly object[] {
  const metricName = `${name}_bucket`;
  let below = 0;
  const buckets = bounds.map((le, bucket) => {
    below += counts[bucket] ?? 0;
    return { metricName, labels: { le, ...labels }, value: below };
  });
  return [
    ...buckets,
    { metricName, labels: { le: "+Inf", ...labels }, value: count },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
