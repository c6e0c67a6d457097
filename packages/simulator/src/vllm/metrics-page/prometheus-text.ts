export type Labels = Record<string, string>;
export type Sample = readonly [name: string, labels: Labels, value: number];

/** One metric with its HELP and TYPE lines. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter" | "histogram" | "summary";
  readonly samples: readonly Sample[];
}

/** Prometheus text, version 0.0.4, as prometheus_client writes it. */
export function printFamily({ name, help, type, samples }: Family): string {
  const lines = samples.map(
    ([sample, labels, value]) => `${sample}${printLabels(labels)} ${printNumber(value)}\n`,
  );
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function printLabels(labels: Labels): string {
  const pairs = Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1));
  if (pairs.length === 0) return "";
  return `{${pairs.map(([key, value]) => `${key}="${escape(value)}"`).join(",")}}`;
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

/** Floats as prometheus_client prints them: 3.0, 0.25, and 1.7554000005e+09 from a million on. */
function printNumber(value: number): string {
  if (Math.abs(value) < 1e6) return Number.isInteger(value) ? `${value}.0` : String(value);
  return value.toExponential().replace(/e\+(\d)$/, "e+0$1");
}
