import { AggregatorRegistry } from "prom-client";
import type { Counts } from "../observe/metrics.ts";

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
    // What `aggregate` registers carries its values with it.
    this.#retired = merge([this.#retired, onlyTotals(counts)]).getMetricsAsArray() as unknown as Counts;
  }

  /** As Prometheus reads it. Of a worker that has not answered now, its gauges are left out and its totals are the last known. */
  print(answered: ReadonlySet<number>, own: Counts): Promise<string> {
    const living = [...this.#last].map(([worker, counts]) =>
      answered.has(worker) ? counts : onlyTotals(counts),
    );
    return merge([...living, this.#retired, own]).metrics();
  }
}

function merge(parts: readonly Counts[]) {
  return AggregatorRegistry.aggregate([...parts]);
}

function onlyTotals(counts: Counts): Counts {
  return counts.filter(({ type }) => String(type) !== "gauge");
}
