import { AggregatorRegistry, Histogram, Registry } from "prom-client";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Durations } from "./durations.ts";

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** The same values by prom-client's own histogram. */
function both(observed: readonly (readonly [alias: string, ms: number])[]) {
  const [ours, theirs] = [new Registry(), new Registry()];
  const durations = new Durations({ name: "time_seconds", help: "How long it took." }, ours);
  const histogram = new Histogram({
    name: "time_seconds",
    help: "How long it took.",
    labelNames: ["alias", "endpoint"],
    buckets: BUCKETS,
    registers: [theirs],
  });
  for (const [alias, ms] of observed) {
    durations.record({ alias, endpoint: "chat_completions" }, ms);
    histogram.observe({ alias, endpoint: "chat_completions" }, ms / 1_000);
  }
  return { ours, theirs };
}

/** Two processes that counted the same, as one page. */
async function summed(registry: Registry): Promise<string> {
  const counts = await registry.getMetricsAsJSON();
  return AggregatorRegistry.aggregate([counts, structuredClone(counts)]).metrics();
}

test("prints what prom-client's histogram prints, to the letter, and adds up as it does", async () => {
  const values = fc.oneof(
    fc.double({ min: 0, max: 800_000, noNaN: true }),
    fc.constantFrom(...BUCKETS.map((s) => s * 1_000)),
  );
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
