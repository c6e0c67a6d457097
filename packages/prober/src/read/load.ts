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
  /** The sum of all counters that move when the engine works. */
  readonly progress: number | null;
  /** False where any engine of the server sleeps. */
  readonly awake: boolean;
  /** Epoch milliseconds. Absent with several API servers (vLLM) and in its Rust frontend. */
  readonly startedAt: number | null;
  /** The first served name: it stands at every metric, and needs no key to be read. */
  readonly name: string | null;
}

/** The names of one engine's metrics; the first one that is there counts. */
interface Names {
  readonly running: string;
  readonly waiting: string;
  readonly kvUsage: readonly string[];
  readonly preemptions: string;
  readonly succeeded: string;
  readonly progress: readonly string[];
}

/** vLLM ≥ 0.9.2 says kv_cache_usage_perc, older ones gpu_cache_usage_perc. Counters carry `_total` on the wire. */
const VLLM: Names = {
  running: "vllm:num_requests_running",
  waiting: "vllm:num_requests_waiting",
  kvUsage: ["vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"],
  preemptions: "vllm:num_preemptions_total",
  succeeded: "vllm:request_success_total",
  progress: [
    "vllm:iteration_tokens_total_count",
    "vllm:prompt_tokens_total",
    "vllm:generation_tokens_total",
    "vllm:request_success_total",
  ],
};

const SGLANG: Names = {
  running: "sglang:num_running_reqs",
  waiting: "sglang:num_queue_reqs",
  kvUsage: ["sglang:token_usage"],
  preemptions: "sglang:num_retracted_reqs_total",
  succeeded: "sglang:num_requests_total",
  progress: ["sglang:prompt_tokens_total", "sglang:generation_tokens_total", "sglang:num_requests_total"],
};

const LLAMACPP: Names = {
  running: "llamacpp:requests_processing",
  waiting: "llamacpp:requests_deferred",
  kvUsage: ["llamacpp:kv_cache_usage_ratio"],
  preemptions: "",
  succeeded: "",
  progress: ["llamacpp:prompt_tokens_total", "llamacpp:tokens_predicted_total", "llamacpp:n_decode_total"],
};

/** Null where there are no metrics of an engine: `--disable-log-stats`, or no such route. */
export function readLoad(answer: ProbeResponse): Load | null {
  if (answer.kind === "failure" || answer.status !== 200 || answer.truncated) return null;
  const page = answer.body;
  const names = [VLLM, SGLANG, LLAMACPP].find(({ running }) => page.includes(running));
  if (names === undefined) return null;
  const sums = names.progress.map((name) => sumOf(page, name)).filter((sum) => sum !== null);
  const started = largestOf(page, "process_start_time_seconds");
  return {
    running: sumOf(page, names.running) ?? 0,
    waiting: sumOf(page, names.waiting) ?? 0,
    kvUsage: names.kvUsage.map((name) => largestOf(page, name)).find((usage) => usage !== null) ?? null,
    preemptions: names.preemptions === "" ? null : sumOf(page, names.preemptions),
    succeeded: names.succeeded === "" ? null : successes(page, names.succeeded),
    progress: sums.length === 0 ? null : sums.reduce((sum, value) => sum + value, 0),
    awake: isAwake(page),
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

/** vLLM ≥ 0.11.1 with sleep mode: one sample a state and engine. */
function isAwake(page: string): boolean {
  return samplesOf(page, "vllm:engine_sleep_state").every(
    ({ labels, value }) => !labels.includes('sleep_state="awake"') || value !== 0,
  );
}
