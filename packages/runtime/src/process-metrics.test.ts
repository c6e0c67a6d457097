import { AggregatorRegistry, Registry } from "prom-client";
import { expect, test } from "vitest";
import { VERSION } from "@rollcall/contract";
import { registerBuildInfo, registerProcessMetrics } from "./process-metrics.ts";

/** The value of a series in a page. */
function valueOf(page: string, series: string): number {
  const line = page.split("\n").find((one) => one.startsWith(`${series} `));
  return Number(line?.slice(series.length));
}

test("several processes are one page: their memory is added up, and the eldest says since when it runs", async () => {
  const registry = new Registry();
  registerBuildInfo(registry, "gateway");
  registerProcessMetrics(registry);
  const counts = await registry.getMetricsAsJSON();
  const one = await registry.metrics();
  const both = await AggregatorRegistry.aggregate([counts, structuredClone(counts)]).metrics();
  expect(valueOf(both, "process_resident_memory_bytes")).toBeGreaterThan(
    1.5 * valueOf(one, "process_resident_memory_bytes"),
  );
  for (const same of ["process_start_time_seconds", "process_max_fds"])
    expect([same, valueOf(both, same)]).toEqual([same, valueOf(one, same)]);
  expect(both).toContain(
    `rollcall_build_info{component="gateway",version="${VERSION}",node="${process.versions.node}"} 1`,
  );
  expect(both).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
});
