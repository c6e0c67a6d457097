import { type Call, identity, send } from "./call.ts";
import { type MetricValues, metricsPage } from "./metrics-page.ts";

/** Requests that fill a GPU's KV cache here: a round number, so that usage is easy to predict. */
const FULL = 100;

/** GET /metrics */
export function metrics(call: Call): void {
  const body = metricsPage(underFault(call, actual(call)));
  // The Rust frontend speaks OpenMetrics; the Python one, which this is, the older text format.
  send(call, { status: 200, headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" }, body });
}

function actual(call: Call): MetricValues {
  const { engine, faults } = call.backend;
  return {
    ...engine.shown,
    // The first served name labels every metric, so the name can be read where no key is asked for.
    modelName: identity(call).names[0] ?? "",
    kvUsage: Math.min(1, engine.shown.running / FULL),
    awake: faults.current?.name !== "asleep",
    startedAtSeconds: engine.startedAt / 1000,
  };
}

function underFault({ fault, backend }: Call, values: MetricValues): MetricValues {
  if (fault?.name === "frozen-metrics") return { ...values, running: Math.max(1, values.running) };
  if (fault?.name !== "saturated") return values;
  backend.engine.counts.preemptions += 1;
  return { ...values, running: values.running + FULL, waiting: values.waiting + FULL, kvUsage: 0.99 };
}
