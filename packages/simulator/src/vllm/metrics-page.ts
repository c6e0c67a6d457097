import { FINISH_REASONS, type FinishReason } from "./engine.ts";
import { type Family, type Labels, printFamily, type Sample } from "./prometheus-text.ts";

/** The values behind GET /metrics. */
export interface MetricValues {
  readonly modelName: string;
  readonly running: number;
  readonly waiting: number;
  readonly kvUsage: number;
  readonly preemptions: number;
  readonly promptTokens: number;
  readonly generationTokens: number;
  readonly iterations: number;
  readonly finished: Readonly<Record<FinishReason, number>>;
  readonly awake: boolean;
  readonly startedAtSeconds: number;
}

const BLOCKS = 8192;
const BLOCK_SIZE = 16;

export function metricsPage(values: MetricValues): string {
  const labels = { engine: "0", model_name: values.modelName };
  return [...gauges(values, labels), ...counters(values, labels), processStart(values)]
    .map(printFamily)
    .join("");
}

function gauges(values: MetricValues, labels: Labels): Family[] {
  const gauge = (name: string, help: string, value: number): Family => ({
    name,
    help,
    type: "gauge",
    samples: [[name, labels, value]],
  });
  const waiting = "vllm:num_requests_waiting_by_reason";
  return [
    gauge("vllm:num_requests_running", "Number of requests in model execution batches.", values.running),
    gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.", values.waiting),
    {
      name: waiting,
      help: "Number of waiting requests by reason.",
      type: "gauge",
      samples: [
        [waiting, { ...labels, reason: "capacity" }, values.waiting],
        [waiting, { ...labels, reason: "deferred" }, 0],
      ],
    },
    gauge("vllm:kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", values.kvUsage),
    sleepState(values, labels),
    cacheConfig(labels),
  ];
}

function sleepState({ awake }: MetricValues, labels: Labels): Family {
  const name = "vllm:engine_sleep_state";
  const state = (sleep_state: string, on: boolean): Sample => [name, { ...labels, sleep_state }, on ? 1 : 0];
  return {
    name,
    help: "Engine sleep state; awake = 0 means engine is sleeping; awake = 1 means engine is awake.",
    type: "gauge",
    samples: [state("awake", awake), state("weights_offloaded", !awake), state("discard_all", false)],
  };
}

function cacheConfig({ engine = "0" }: Labels): Family {
  const name = "vllm:cache_config_info";
  const facts = {
    block_size: String(BLOCK_SIZE),
    engine,
    gpu_memory_utilization: "0.9",
    kv_cache_size_tokens: String(BLOCKS * BLOCK_SIZE),
    num_gpu_blocks: String(BLOCKS),
  };
  return {
    name,
    help: "Information of the LLMEngine CacheConfig",
    type: "gauge",
    samples: [[name, facts, 1]],
  };
}

function counters(values: MetricValues, labels: Labels): Family[] {
  const counter = (name: string, help: string, value: number): Family => ({
    name,
    help,
    type: "counter",
    samples: [[name, labels, value]],
  });
  const success = "vllm:request_success_total";
  return [
    counter(
      "vllm:num_preemptions_total",
      "Cumulative number of preemption from the engine.",
      values.preemptions,
    ),
    counter("vllm:prompt_tokens_total", "Number of prefill tokens processed.", values.promptTokens),
    counter(
      "vllm:generation_tokens_total",
      "Number of generation tokens processed.",
      values.generationTokens,
    ),
    {
      name: success,
      help: "Count of successfully processed requests.",
      type: "counter",
      samples: FINISH_REASONS.map((finished_reason) => {
        return [success, { ...labels, finished_reason }, values.finished[finished_reason]];
      }),
    },
    iterationTokens(values, labels),
  ];
}

function iterationTokens(
  { iterations, promptTokens, generationTokens }: MetricValues,
  labels: Labels,
): Family {
  const name = "vllm:iteration_tokens_total";
  return {
    name,
    help: "Histogram of number of tokens per engine_step.",
    type: "histogram",
    samples: [
      [`${name}_bucket`, { ...labels, le: "+Inf" }, iterations],
      [`${name}_count`, labels, iterations],
      [`${name}_sum`, labels, promptTokens + generationTokens],
    ],
  };
}

function processStart({ startedAtSeconds }: MetricValues): Family {
  const name = "process_start_time_seconds";
  const help = "Start time of the process since unix epoch in seconds.";
  return { name, help, type: "gauge", samples: [[name, {}, startedAtSeconds]] };
}
