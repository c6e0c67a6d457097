import { cpuMicros } from "../kernel/cpu-time.ts";
import { type ClosedLoop, type ClosedLoopResult, runWrk } from "../load/wrk.ts";
import type { Column, Sample, Stage } from "./scenario.ts";

export const CPU_COLUMN: Column = { key: "cpu", title: "CPU µs/request", digits: 1, compare: "ratio" };
export const RATE_COLUMN: Column = { key: "perSecond", title: "requests/s", digits: 0 };

export interface Measured {
  readonly sample: Sample;
  readonly result: ClosedLoopResult;
}

/** One run of wrk, with the CPU that the system's processes used for it. Rejects when a request failed. */
export async function measureClosedLoop(stage: Stage, load: Omit<ClosedLoop, "seconds">): Promise<Measured> {
  const { system, seconds } = stage;
  const before = cpuMicros(system.pids);
  const result = await runWrk(stage, { ...load, seconds });
  const used = cpuMicros(system.pids) - before;
  if (result.errors > 0) throw new Error(`${result.errors} of ${result.requests} requests failed`);
  return { sample: { cpu: used / result.requests, perSecond: result.perSecond }, result };
}
