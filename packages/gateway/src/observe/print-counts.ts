import { Registry } from "prom-client";
import { isSpread, type Counts, type FlatMetric, type SpreadMetric } from "./counts.ts";
import type { Exemplar } from "./series.ts";

/** How a scraper wants to read. */
export type Format = "text" | "openmetrics";

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
};

/** By its `Accept`; Prometheus asks for OpenMetrics, by which alone exemplars are told. */
export function formatFor(accept: string | undefined): Format {
  return accept?.includes("application/openmetrics-text") === true ? "openmetrics" : "text";
}

/** A value as the two formats have it; `metricName` where it is not the metric's own. */
interface Value {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

/**
 * All that was counted, as text. prom-client's registry prints one format each, and strips the ending of counters from the
 * metrics themselves for OpenMetrics.
 */
export function printCounts(counts: Counts, format: Format): string {
  const isOpen = format === "openmetrics";
  const lines: string[] = [];
  for (const metric of counts) {
    if (isSpread(metric)) printSpreads(lines, metric, isOpen);
    else printFlat(lines, metric, isOpen);
    if (!isOpen) lines.push("");
  }
  return isOpen ? [...lines, "# EOF", ""].join("\n") : lines.join("\n");
}

function printFlat(lines: string[], { name, help, type, values }: FlatMetric, isOpen: boolean): void {
  const kind = String(type);
  // OpenMetrics names a counter without its ending, and its samples with it.
  const family = isOpen && kind === "counter" ? name.replace(/_total$/, "") : name;
  const sample = isOpen && kind === "counter" ? `${family}_total` : name;
  lines.push(`# HELP ${family} ${escapeHelp(help)}`, `# TYPE ${family} ${kind}`);
  for (const { value, labels = {}, metricName = sample } of values as readonly Value[]) {
    const pairs = printPairs(labels);
    lines.push(`${metricName}${pairs === "" ? "" : `{${pairs}}`} ${printNumber(value)}`);
  }
}

function printSpreads(lines: string[], { name, help, bounds, spreads }: SpreadMetric, isOpen: boolean): void {
  lines.push(`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} histogram`);
  for (const { labels, counts, sum, count, exemplars } of spreads) {
    const pairs = printPairs(labels);
    const more = pairs === "" ? "" : `,${pairs}`;
    const exemplar = (bucket: number) => (isOpen ? printExemplar(exemplars?.[bucket]) : "");
    let below = 0;
    for (const [bucket, bound] of bounds.entries()) {
      below += counts[bucket] ?? 0;
      lines.push(`${name}_bucket{le="${bound}"${more}} ${below}${exemplar(bucket)}`);
    }
    lines.push(`${name}_bucket{le="+Inf"${more}} ${count}${exemplar(bounds.length)}`);
    const braced = pairs === "" ? "" : `{${pairs}}`;
    lines.push(`${name}_sum${braced} ${printNumber(sum)}`, `${name}_count${braced} ${count}`);
  }
}

function printPairs(labels: NonNullable<Value["labels"]>): string {
  let pairs = "";
  for (const name in labels) {
    if (pairs !== "") pairs += ",";
    pairs += `${name}="${escapeLabel(labels[name] ?? "")}"`;
  }
  return pairs;
}

function printExemplar(exemplar: Exemplar | undefined): string {
  return exemplar === undefined
    ? ""
    : ` # {${printPairs({ ...exemplar.labelSet })}} ${printNumber(exemplar.value)}`;
}

function printNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value < 0 ? "-Inf" : "+Inf";
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

const TO_ESCAPE = /["\\\n]/;

function escapeLabel(value: string | number): string {
  if (typeof value !== "string") return String(value);
  return TO_ESCAPE.test(value) ? escapeHelp(value).replaceAll('"', '\\"') : value;
}
