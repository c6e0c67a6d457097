import { ENGINE_METRICS } from "../kinds/index.ts";
import type { ProbeResponse } from "./probe-response.ts";
import { largestOf, samplesOf, sumOf } from "./prometheus-text.ts";

/** What a server's `/metrics` says of its work. Null where it does not say. */
export interface Load {
  readonly running: number;
  readonly waiting: number;
  /** 0 to 1. */
  readonly kvUsage: number | null;
  /** Counters since the server's start. */
  readonly preemptions: number | null;
  readonly succeeded: number | null;
  /** Tokens. */
  readonly generated: number | null;
  /** The sum of all counters that move when the engine works. */
  readonly progress: number | null;
  /** False where any engine of the server sleeps. */
  readonly awake: boolean;
  /** Epoch milliseconds. Absent with several API servers (vLLM) and in its Rust frontend. */
  readonly startedAt: number | null;
  /** The first served name: it stands at every metric, and needs no key to be read. */
  readonly name: string | null;
}

/** Null where there are no metrics of an engine: `--disable-log-stats`, or no such route. */
export function readLoad(response: ProbeResponse): Load | null {
  if (response.kind === "failure" || response.status !== 200 || response.truncated) return null;
  const page = response.body;
  const names = ENGINE_METRICS.find(({ running }) => page.includes(running));
  if (names === undefined) return null;
  const sums = names.progress.map((name) => sumOf(page, name)).filter((sum) => sum !== null);
  const started = largestOf(page, "process_start_time_seconds");
  return {
    running: sumOf(page, names.running) ?? 0,
    waiting: sumOf(page, names.waiting) ?? 0,
    kvUsage: names.kvUsage.map((name) => largestOf(page, name)).find((usage) => usage !== null) ?? null,
    preemptions: names.preemptions === null ? null : sumOf(page, names.preemptions),
    succeeded: names.succeeded === null ? null : successes(page, names.succeeded),
    generated: names.generated === null ? null : sumOf(page, names.generated),
    progress: sums.length === 0 ? null : sums.reduce((sum, value) => sum + value, 0),
    awake: names.sleepState === undefined || isAwake(page, names.sleepState),
    startedAt: started === null ? null : started * 1_000,
    name: /model_name="([^"\\]+)"/.exec(samplesOf(page, names.running)[0]?.labels ?? "")?.[1] ?? null,
  };
}

/** vLLM counts by how a request ended: those that were aborted or failed were no success, whatever the metric's name. */
function successes(page: string, name: string): number | null {
  const samples = samplesOf(page, name).filter(
    ({ labels }) => !/finished_reason="(abort|error)"/.test(labels),
  );
  return samples.length === 0 ? null : samples.reduce((sum, { value }) => sum + value, 0);
}

function isAwake(page: string, name: string): boolean {
  return samplesOf(page, name).every(
    ({ labels, value }) => !labels.includes('sleep_state="awake"') || value !== 0,
  );
}
