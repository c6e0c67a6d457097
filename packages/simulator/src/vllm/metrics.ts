import { type Call, identity, send } from "./call.ts";
import type { EngineCounts } from "./engine.ts";
import type { EngineValues } from "./metrics-page/families.ts";

/** Requests that fill a GPU's KV cache here: a round number, so that usage is easy to predict. */
const FULL = 100;

/** GET /metrics */
export function metrics(call: Call): void {
  const { engine, settings, http, metrics: printer } = call.backend;
  const style = settings.metricsStyle;
  // The first served name labels every metric, so the name can be read where no key is asked for.
  const modelName = identity(call).names[0] ?? "";
  const body = printer.page({
    style,
    modelName,
    startedAtSeconds: engine.startedAt / 1000,
    maxModelLen: settings.maxModelLen,
    http: http.counts,
    engines: style === "data-parallel" ? twoEngines(call) : [underFault(call, valuesOf(call, engine.shown))],
  });
  // The Rust frontend speaks OpenMetrics; the Python one, which this is, the older text format.
  send(call, { status: 200, headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" }, body });
}

/** All requests go to the first, which goes on well; the second is idle until a fault gives it something. */
function twoEngines(call: Call): EngineValues[] {
  const { engine } = call.backend;
  return [valuesOf(call, engine.counts), underFault(call, valuesOf(call, engine.idle))];
}

function valuesOf({ backend }: Call, counts: EngineCounts): EngineValues {
  const awake = backend.faults.current?.name !== "asleep";
  return { ...counts, kvUsage: Math.min(1, counts.running / FULL), awake };
}

function underFault({ fault, backend }: Call, values: EngineValues): EngineValues {
  if (fault?.name === "frozen-metrics") return { ...values, running: Math.max(1, values.running) };
  // Whatever came first is stuck, also when nobody has asked since.
  if (fault?.name === "deadlock") return { ...values, waiting: Math.max(1, values.waiting) };
  if (fault?.name !== "saturated") return values;
  // It is slow, but it moves.
  backend.engine.counts.preemptions += 1;
  backend.engine.counts.iterations += 1;
  const { preemptions, iterations } = backend.engine.counts;
  const { running, waiting } = values;
  return {
    ...values,
    preemptions,
    iterations,
    running: running + FULL,
    waiting: waiting + FULL,
    kvUsage: 0.99,
  };
}
