import { Counter, Histogram, type Registry } from "prom-client";
import { Series, SeriesMap, type Count, type Exemplar, type Printed } from "./series.ts";

interface About<L extends string> {
  readonly name: string;
  readonly help: string;
  /** In the order in which `of` is given them. */
  readonly labelNames: L[];
}

/** A histogram whose series are kept by those that record. */
export class SeriesHistogram<L extends string> extends Histogram<L> {
  readonly #about: About<L>;
  readonly #series: SeriesMap<L, Series>;

  constructor(about: About<L>, bounds: readonly number[], registry: Registry) {
    super({ ...about, buckets: [...bounds], registers: [registry] });
    this.#about = about;
    this.#series = new SeriesMap(() => new Series(bounds));
  }

  /** The series of these labels, which begins at zero. */
  of(labels: Readonly<Record<L, string>>): Series {
    return this.#series.of(labels);
  }

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
  { bounds, count, counts, exemplars, sum }: Series,
): readonly object[] {
  const exemplarOf = (bucket: number): { exemplar?: Exemplar } => {
    const exemplar = exemplars?.[bucket];
    return exemplar === undefined ? {} : { exemplar };
  };
  const metricName = `${name}_bucket`;
  let below = 0;
  const buckets = bounds.map((le, bucket) => {
    below += counts[bucket] ?? 0;
    return { metricName, labels: { le, ...labels }, value: below, ...exemplarOf(bucket) };
  });
  return [
    ...buckets,
    { metricName, labels: { le: "+Inf", ...labels }, value: count, ...exemplarOf(bounds.length) },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
