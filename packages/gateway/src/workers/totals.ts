import { AggregatorRegistry } from "prom-client";
import {
  gatherSpreads,
  isSpread,
  type Counts,
  type FlatMetric,
  type SpreadMetric,
} from "../observe/counts.ts";

/**
 * The sum over all workers, crashed ones included: a total that goes backwards would look like a restart of the
 * whole to Prometheus. Gauges are of the running ones alone.
 */
export class Totals {
  /** What each running worker reported last. */
  readonly #last = new Map<number, Counts>();
  #retired: Counts = [];

  record(worker: number, counts: Counts): void {
    this.#last.set(worker, counts);
  }

  /** What it had counted stays counted. */
  retire(worker: number): void {
    const counts = this.#last.get(worker);
    if (counts === undefined) return;
    this.#last.delete(worker);
    this.#retired = merge([this.#retired, onlyTotals(counts)]);
  }

  /** Of a worker that has not answered now, its gauges are left out and its totals are the last known. */
  sum(answered: ReadonlySet<number>, own: Counts): Counts {
    const living = [...this.#last].map(([worker, counts]) =>
      answered.has(worker) ? counts : onlyTotals(counts),
    );
    return merge([...living, this.#retired, own]);
  }
}

function merge(parts: readonly Counts[]): Counts {
  const flat = parts.map((counts) => counts.filter((metric): metric is FlatMetric => !isSpread(metric)));
  return [...mergeFlat(flat), ...mergeSpreads(parts.flat().filter(isSpread))];
}

function mergeFlat(parts: readonly (readonly FlatMetric[])[]): readonly FlatMetric[] {
  const merged = AggregatorRegistry.aggregate([...parts]);
  // What `aggregate` registers carries its values with it; beside it a function, which no message can hold.
  const registered = merged.getMetricsAsArray() as unknown as readonly FlatMetric[];
  return registered.map(({ name, help, type, aggregator, values }) => ({
    name,
    help,
    type,
    aggregator,
    values,
  })) as unknown as readonly FlatMetric[];
}

function mergeSpreads(metrics: readonly SpreadMetric[]): readonly SpreadMetric[] {
  return [...Map.groupBy(metrics, ({ name }) => name).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined
      ? []
      : [{ ...first, spreads: gatherSpreads(same.flatMap(({ spreads }) => spreads)) }];
  });
}

function onlyTotals(counts: Counts): Counts {
  return counts.filter((metric) => isSpread(metric) || String(metric.type) !== "gauge");
}
