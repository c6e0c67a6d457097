import { Histogram, type MetricObjectWithValues, type MetricValueWithName, type Registry } from "prom-client";

/** Seconds. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

type Label = "alias" | "endpoint";

interface Series {
  /** How many were within each bound and above the one before. */
  readonly counts: number[];
  seconds: number;
  count: number;
}

/**
 * A histogram by alias and endpoint. prom-client's own finds its series anew by a text of all labels, for every value: too
 * much for what happens twice a request.
 */
export class Durations extends Histogram<Label> {
  readonly #name: string;
  readonly #help: string;
  readonly #byAlias = new Map<string, Map<string, Series>>();

  constructor({ name, help }: { name: string; help: string }, registry: Registry) {
    super({ name, help, buckets: BOUNDS, labelNames: ["alias", "endpoint"], registers: [registry] });
    this.#name = name;
    this.#help = help;
  }

  record({ alias, endpoint }: Readonly<Record<Label, string>>, ms: number): void {
    const seconds = ms / 1_000;
    const series = this.#of(alias, endpoint);
    series.seconds += seconds;
    series.count += 1;
    let bucket = 0;
    for (const bound of BOUNDS) {
      if (seconds <= bound) {
        series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
        return;
      }
      bucket += 1;
    }
  }

  override get(): Promise<MetricObjectWithValues<MetricValueWithName<Label>>> {
    const values = [...this.#byAlias].flatMap(([alias, byEndpoint]) =>
      [...byEndpoint].flatMap(([endpoint, series]) => this.#print({ alias, endpoint }, series)),
    );
    const about = { name: this.#name, help: this.#help, type: "histogram", aggregator: "sum" };
    return Promise.resolve({ ...about, values } as unknown as MetricObjectWithValues<
      MetricValueWithName<Label>
    >);
  }

  /** What a registry calls where a metric has it. */
  getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<Label>>> {
    return this.get();
  }

  #of(alias: string, endpoint: string): Series {
    let byEndpoint = this.#byAlias.get(alias);
    if (byEndpoint === undefined) this.#byAlias.set(alias, (byEndpoint = new Map()));
    let series = byEndpoint.get(endpoint);
    if (series === undefined) {
      series = { counts: BOUNDS.map(() => 0), seconds: 0, count: 0 };
      byEndpoint.set(endpoint, series);
    }
    return series;
  }

  #print(labels: Readonly<Record<Label, string>>, { counts, seconds, count }: Series) {
    let below = 0;
    const buckets = BOUNDS.map((bound, index) => {
      below += counts[index] ?? 0;
      return { metricName: `${this.#name}_bucket`, labels: { le: bound, ...labels }, value: below };
    });
    return [
      ...buckets,
      { metricName: `${this.#name}_bucket`, labels: { le: "+Inf", ...labels }, value: count },
      { metricName: `${this.#name}_sum`, labels, value: seconds },
      { metricName: `${this.#name}_count`, labels, value: count },
    ];
  }
}
