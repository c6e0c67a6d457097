import { AggregatorRegistry, Counter, Histogram, Registry } from "prom-client";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SECONDS } from "./series.ts";
import { SeriesCounter, SeriesHistogram } from "./series-metrics.ts";

type Observed = readonly (readonly [alias: string, value: number])[];

const LABELS = { labelNames: ["alias", "endpoint"] as ("alias" | "endpoint")[] };
const TIMES = { name: "time_seconds", help: "How long it took.", ...LABELS };
const COUNTED = { name: "done_total", help: "What was done.", ...LABELS };

/** The same values by prom-client's own metrics. */
function both(observed: Observed) {
  const [ours, theirs] = [new Registry(), new Registry()];
  const [ourTimes, ourCounts] = [new SeriesHistogram(TIMES, SECONDS, ours), new SeriesCounter(COUNTED, ours)];
  const times = new Histogram({ ...TIMES, buckets: SECONDS, registers: [theirs] });
  const counts = new Counter({ ...COUNTED, registers: [theirs] });
  for (const [alias, value] of observed) {
    const labels = { alias, endpoint: "chat_completions" };
    ourTimes.of(labels).record(value);
    ourCounts.of(labels).value += value;
    times.observe(labels, value);
    counts.inc(labels, value);
  }
  return { ours, theirs };
}

/** Two processes that counted the same, as one page. */
async function summed(registry: Registry): Promise<string> {
  const counts = await registry.getMetricsAsJSON();
  return AggregatorRegistry.aggregate([counts, structuredClone(counts)]).metrics();
}

test("prints what prom-client's own print, to the letter, and adds up as they do", async () => {
  const values = fc.oneof(fc.double({ min: 0, max: 800, noNaN: true }), fc.constantFrom(...SECONDS));
  const observed = fc.array(fc.tuple(fc.constantFrom("", "chat", 'a"b\\c\nd', "日本"), values), {
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(observed, async (list) => {
      const { ours, theirs } = both(list);
      expect(await ours.metrics()).toBe(await theirs.metrics());
      expect(await summed(ours)).toBe(await summed(theirs));
    }),
    { numRuns: 200 },
  );
});

test("a series that is asked for begins at zero", async () => {
  const registry = new Registry();
  new SeriesCounter(COUNTED, registry).of({ alias: "a", endpoint: "e" });
  expect(await registry.metrics()).toContain('done_total{alias="a",endpoint="e"} 0');
});
