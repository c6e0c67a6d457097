import { AggregatorRegistry } from "prom-client";
import type { Counts } from "../observe/counts.ts";
import type { Exemplar } from "../observe/series.ts";

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
  const merged = AggregatorRegistry.aggregate([...parts]);
  // What `aggregate` registers carries its values with it; beside it a function, which no message can hold.
  const registered = merged.getMetricsAsArray() as unknown as Counts;
  const counts = registered.map(({ name, help, type, aggregator, values }) => ({
    name,
    help,
    type,
    aggregator,
    values,
  })) as unknown as Counts;
  return withExemplars(counts, parts);
}

function onlyTotals(counts: Counts): Counts {
  return counts.filter(({ type }) => String(type) !== "gauge");
}

interface Value {
  readonly labels: object;
  readonly metricName?: string;
  exemplar?: Exemplar;
}

/** One worker's exemplar is as good as another's; `aggregate` knows of none. */
function withExemplars(merged: Counts, parts: readonly Counts[]): Counts {
  const told = new Map<string, Exemplar>();
  for (const { values } of parts.flat())
    for (const value of values as unknown as readonly Value[])
      if (value.exemplar !== undefined) told.set(keyOf(value), value.exemplar);
  if (told.size === 0) return merged;
  for (const { values } of merged)
    for (const value of values as unknown as readonly Value[]) {
      const exemplar = told.get(keyOf(value));
      if (exemplar !== undefined) value.exemplar = exemplar;
    }
  return merged;
}

function keyOf({ labels, metricName = "" }: Value): string {
  return metricName + JSON.stringify(labels);
}
