/** Seconds. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

interface Seen {
  /** How many were within each bound and above the one before. */
  readonly counts: number[];
  seconds: number;
  count: number;
}

/** One line of the page. */
interface Line {
  readonly metricName: string;
  readonly labels: { readonly alias: string; readonly le?: number | string };
  readonly value: number;
}

/**
 * A histogram by alias, as a registry reads it. prom-client's own finds its series anew by a text of all labels, for every
 * value: too much for what happens twice a request.
 */
export class Durations {
  readonly #byAlias = new Map<string, Seen>();
  readonly name: string;
  readonly #help: string;

  constructor(name: string, help: string) {
    this.name = name;
    this.#help = help;
  }

  observe(alias: string, ms: number): void {
    const seconds = ms / 1_000;
    let seen = this.#byAlias.get(alias);
    if (seen === undefined) {
      seen = { counts: BOUNDS.map(() => 0), seconds: 0, count: 0 };
      this.#byAlias.set(alias, seen);
    }
    seen.seconds += seconds;
    seen.count += 1;
    let bucket = 0;
    for (const bound of BOUNDS) {
      if (seconds <= bound) {
        seen.counts[bucket] = (seen.counts[bucket] ?? 0) + 1;
        return;
      }
      bucket += 1;
    }
  }

  get() {
    const values = [...this.#byAlias].flatMap(([alias, seen]) => this.#print(alias, seen));
    return Promise.resolve({
      name: this.name,
      help: this.#help,
      type: "histogram",
      values,
      aggregator: "sum",
    });
  }

  #print(alias: string, { counts, seconds, count }: Seen): Line[] {
    let below = 0;
    const buckets = BOUNDS.map((bound, index) => {
      below += counts[index] ?? 0;
      return { metricName: `${this.name}_bucket`, labels: { le: bound, alias }, value: below };
    });
    return [
      ...buckets,
      { metricName: `${this.name}_bucket`, labels: { le: "+Inf", alias }, value: count },
      { metricName: `${this.name}_sum`, labels: { alias }, value: seconds },
      { metricName: `${this.name}_count`, labels: { alias }, value: count },
    ];
  }
}
