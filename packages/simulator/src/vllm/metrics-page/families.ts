import type { EngineCounts } from "../engine.ts";
import type { HttpCount } from "../http-counters.ts";
import type { MetricsStyle } from "./metrics-style.ts";
import type { Family, Labels, Sample } from "./prometheus-text.ts";

/** What one engine shows at the moment. */
export interface EngineValues extends Readonly<EngineCounts> {
  /** 0 to 1 */
  readonly kvUsage: number;
  readonly awake: boolean;
}

/** The values behind GET /metrics. */
export interface MetricValues {
  readonly style: MetricsStyle;
  readonly modelName: string;
  readonly startedAtSeconds: number;
  readonly maxModelLen: number;
  /** By their number. */
  readonly engines: readonly EngineValues[];
  readonly http: readonly HttpCount[];
}

/** Everything of one name: a counter and a histogram are followed by the time when they began. */
export function withCreated(family: Family, seconds: number): Family[] {
  const base = family.name.replace(/_total$/, "");
  const name = family.type === "counter" ? `${base}_created` : `${family.name}_created`;
  const labels = new Map(
    family.samples.map(([, sample]) => [JSON.stringify(withoutLe(sample)), withoutLe(sample)]),
  );
  const samples = [...labels.values()].map((own): Sample => [name, own, seconds]);
  return [family, { name, help: family.help, type: "gauge", samples }];
}

function withoutLe({ le: _le, ...labels }: Labels): Labels {
  return labels;
}

/** A histogram, a series for each set of labels, whose observations were all about the same. */
export interface Observed {
  readonly labels: Labels;
  readonly count: number;
  readonly sum: number;
}

export function histogram(
  { name, help, buckets }: { name: string; help: string; buckets: readonly number[] },
  observed: readonly Observed[],
): Family {
  const samples = observed.flatMap(({ labels, count, sum }): Sample[] => {
    const mean = count === 0 ? 0 : sum / count;
    const bounds = [
      ...buckets.map((bound): [string, number] => [printBound(bound), bound]),
      ["+Inf", Infinity] as const,
    ];
    return [
      ...bounds.map(([le, bound]): Sample => [
        `${name}_bucket`,
        { ...labels, le },
        bound >= mean ? count : 0,
      ]),
      [`${name}_count`, labels, count],
      [`${name}_sum`, labels, sum],
    ];
  });
  return { name, help, type: "histogram", samples };
}

function printBound(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

/** 1, 2, 5, 10, … up to `highest`, as vLLM cuts lengths. */
export function oneTwoFive(highest: number): number[] {
  const bounds: number[] = [];
  for (let power = 1; power <= highest; power *= 10) {
    bounds.push(...[1, 2, 5].map((step) => step * power).filter((bound) => bound <= highest));
  }
  return bounds;
}
