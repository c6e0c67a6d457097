import { Registry } from "prom-client";
import type { Counts } from "./counts.ts";
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
  readonly exemplar?: Exemplar;
}

/**
 * All that was counted, as text. prom-client's registry prints one format each, and strips the ending of counters from the
 * metrics themselves for OpenMetrics.
 */
export function printCounts(counts: Counts, format: Format): string {
  const isOpen = format === "openmetrics";
  const lines: string[] = [];
  for (const { name, help, type, values } of counts) {
    const kind = String(type);
    // OpenMetrics names a counter without its ending, and its samples with it.
    const family = isOpen && kind === "counter" ? name.replace(/_total$/, "") : name;
    const sample = isOpen && kind === "counter" ? `${family}_total` : name;
    lines.push(`# HELP ${family} ${escapeHelp(help)}`, `# TYPE ${family} ${kind}`);
    for (const { value, labels = {}, metricName = sample, exemplar } of values as readonly Value[])
      lines.push(
        `${metricName}${printLabels(labels)} ${printNumber(value)}${isOpen ? printExemplar(exemplar) : ""}`,
      );
    if (!isOpen) lines.push("");
  }
  return isOpen ? [...lines, "# EOF", ""].join("\n") : lines.join("\n");
}

function printLabels(labels: NonNullable<Value["labels"]>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function printExemplar(exemplar: Exemplar | undefined): string {
  return exemplar === undefined ? "" : ` # ${printLabels(exemplar.labelSet)} ${printNumber(exemplar.value)}`;
}

function printNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value < 0 ? "-Inf" : "+Inf";
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(value: string | number): string {
  return typeof value === "string" ? escapeHelp(value).replaceAll('"', '\\"') : String(value);
}
