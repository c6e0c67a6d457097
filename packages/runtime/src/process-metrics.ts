import { VERSION } from "@rollcall/contract";
import { collectDefaultMetrics, Gauge, type Registry } from "prom-client";

/** How finely the lag of the event loop is measured: each measurement wakes the process. */
const LAG_MS = 50;

/** Of several workers: not their sum, which prom-client's defaults would be, or nothing at all. */
const GATHERED: Readonly<Record<string, "min" | "max">> = {
  process_start_time_seconds: "min",
  process_max_fds: "min",
};

/** Gauges that are called as counters are, and say no more than the ones without the ending. */
const LEFT_OUT = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];

/** Which program, which version, on which Node. */
export function registerBuildInfo(registry: Registry, component: "gateway" | "prober" | "control"): void {
  new Gauge({
    name: "rollcall_build_info",
    help: "1; the labels say what runs.",
    labelNames: ["component", "version", "node"],
    aggregator: "max",
    registers: [registry],
  }).set({ component, version: VERSION, node: process.versions.node }, 1);
}

/** CPU, memory, descriptors, garbage collection and event loop of this process, under Prometheus' usual names. Once a process. */
export function registerProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_MS });
  for (const name of LEFT_OUT) registry.removeSingleMetric(name);
  for (const [name, aggregator] of Object.entries(GATHERED)) {
    const metric = registry.getSingleMetric(name);
    if (metric !== undefined) Object.assign(metric, { aggregator });
  }
}
