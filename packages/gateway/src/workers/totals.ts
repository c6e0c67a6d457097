import { AggregatorRegistry } from "prom-client";
import type { Counts } from "../observe/metrics.ts";

/**
 * The sum over all workers, those included that have died: a total that goes backwards would look like a restart of the
 * whole to Prometheus. Gauges are of the living alone.
 */
export class Totals {
  /** What each living worker said last. */
  readonly #last = new Map<number, Counts>();
  #dead: Counts = [];

  hear(worker: number, counts: Counts): void {
    this.#last.set(worker, counts);
  }

  /** What it had counted stays counted. */
  retire(worker: number): void {
    const counts = this.#last.get(worker);
    if (counts === undefined) return;
    this.#last.delete(worker);
    // What `aggregate` registers carries its values with it.
    this.#dead = merge([this.#dead, onlyTotals(counts)]).getMetricsAsArray() as unknown as Counts;
  }

  /** As Prometheus reads it. Of a worker that has not answered now, its gauges are left out and its totals are the last known. */
  print(answered: ReadonlySet<number>, own: Counts): Promise<string> {
    const living = [...this.#last].map(([worker, counts]) =>
      answered.has(worker) ? counts : onlyTotals(counts),
    );
    return merge([...living, this.#dead, own]).metrics();
  }
}

function merge(parts: readonly Counts[]) {
  return AggregatorRegistry.aggregate([...parts]);
}

function onlyTotals(counts: Counts): Counts {
  return counts.filter(({ type }) => String(type) !== "gauge");
}
