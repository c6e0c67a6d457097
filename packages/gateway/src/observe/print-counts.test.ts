import { Counter, Gauge, Registry } from "prom-client";
import { expect, test } from "vitest";
import { readCounts } from "./counts.ts";
import { SeriesHistogram } from "./series-metrics.ts";
import { formatFor, printCounts } from "./print-counts.ts";

async function counted() {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: "requests_total",
    help: "All\nof them.",
    labelNames: ["alias"],
    registers,
  });
  requests.inc({ alias: 'a"b\\c\nd' }, 2);
  new Gauge({ name: "age_seconds", help: "Age.", registers }).set(Number.NaN);
  const times = new SeriesHistogram(
    { name: "time_seconds", help: "Time.", labelNames: ["alias"] },
    [0.1, 1],
    registry,
  );
  const series = times.of({ alias: "chat" });
  series.recordIn("0af7651916cd43dd8448eb211c80319c", 0.5);
  series.recordIn(null, 0.05);
  series.recordIn("b".repeat(32), 7);
  return { registry, counts: await readCounts(registry) };
}

test("as text it is what prom-client prints", async () => {
  const { counts, registry } = await counted();
  const words = (text: string) => text.replaceAll(/ nan$/gim, " NaN").trim();
  expect(words(printCounts(counts, "text"))).toBe(words(await registry.metrics()));
});

test("as OpenMetrics it has exemplars, counters by their family, and an end", async () => {
  const { counts } = await counted();
  expect(printCounts(counts, "openmetrics").split("\n")).toEqual([
    String.raw`# HELP requests All\nof them.`,
    "# TYPE requests counter",
    String.raw`requests_total{alias="a\"b\\c\nd"} 2`,
    "# HELP age_seconds Age.",
    "# TYPE age_seconds gauge",
    "age_seconds NaN",
    "# HELP time_seconds Time.",
    "# TYPE time_seconds histogram",
    'time_seconds_bucket{le="0.1",alias="chat"} 1',
    'time_seconds_bucket{le="1",alias="chat"} 2 # {trace_id="0af7651916cd43dd8448eb211c80319c"} 0.5',
    `time_seconds_bucket{le="+Inf",alias="chat"} 3 # {trace_id="${"b".repeat(32)}"} 7`,
    'time_seconds_sum{alias="chat"} 7.55',
    'time_seconds_count{alias="chat"} 3',
    "# EOF",
    "",
  ]);
});

test.for([
  [undefined, "text"],
  ["*/*", "text"],
  ["text/plain;version=0.0.4", "text"],
  [
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,*/*;q=0.1",
    "openmetrics",
  ],
] as const)("%s is answered as %s", ([accept, format]) => {
  expect(formatFor(accept)).toBe(format);
});
