import { type EngineCounts, FINISH_REASONS } from "./engine.ts";
import type { MetricsStyle } from "./metrics-style.ts";
import { type Family, type Labels, printFamily, type Sample } from "./prometheus-text.ts";

/** What one engine shows at the moment. */
export interface EngineValues extends Readonly<EngineCounts> {
  /** 0 to 1 */
  readonly kvUsage: number;
  readonly awake: boolean;
}

/** The values behind GET /metrics. */
export interface MetricValues {
  readonly style: MetricsStyle;
  readonly modelName: string;
  readonly startedAtSeconds: number;
  /** By their number. */
  readonly engines: readonly EngineValues[];
}

/** The samples of one engine. */
type Samples = (values: EngineValues, labels: Labels) => Sample[];

const BLOCKS = 8192;
const BLOCK_SIZE = 16;

export function metricsPage(page: MetricValues): string {
  const { style } = page;
  const ofEngines = style === "no-stats" ? [] : [...gauges(style), ...counters()];
  const families: Family[] = ofEngines.map(({ samples, ...head }) => ({
    ...head,
    samples: page.engines.flatMap((values, engine) => {
      return samples(values, { engine: String(engine), model_name: page.modelName });
    }),
  }));
  // Several API servers share one registry, which has no start time.
  if (style !== "data-parallel") families.push(processStart(page));
  return families.map(printFamily).join("");
}

interface EngineFamily extends Omit<Family, "samples"> {
  readonly samples: Samples;
}

function gauge(name: string, help: string, value: (values: EngineValues) => number): EngineFamily {
  return { name, help, type: "gauge", samples: (values, labels) => [[name, labels, value(values)]] };
}

function counter(name: string, help: string, value: (values: EngineValues) => number): EngineFamily {
  return { ...gauge(name, help, value), type: "counter" };
}

function gauges(style: MetricsStyle): EngineFamily[] {
  const load = [
    gauge(
      "vllm:num_requests_running",
      "Number of requests in model execution batches.",
      ({ running }) => running,
    ),
    gauge(
      "vllm:num_requests_waiting",
      "Number of requests waiting to be processed.",
      ({ waiting }) => waiting,
    ),
  ];
  const usageHelp = "KV-cache usage. 1 means 100 percent usage.";
  if (style === "old-names") {
    const usage = gauge("vllm:gpu_cache_usage_perc", usageHelp, ({ kvUsage }) => kvUsage);
    return [...load, usage, cacheConfig()];
  }
  const usage = gauge("vllm:kv_cache_usage_perc", usageHelp, ({ kvUsage }) => kvUsage);
  return [...load, waitingByReason(), usage, sleepState(), cacheConfig()];
}

function waitingByReason(): EngineFamily {
  const name = "vllm:num_requests_waiting_by_reason";
  return {
    name,
    help: "Number of waiting requests by reason.",
    type: "gauge",
    samples: ({ waiting }, labels) => [
      [name, { ...labels, reason: "capacity" }, waiting],
      [name, { ...labels, reason: "deferred" }, 0],
    ],
  };
}

function sleepState(): EngineFamily {
  const name = "vllm:engine_sleep_state";
  return {
    name,
    help: "Engine sleep state; awake = 0 means engine is sleeping; awake = 1 means engine is awake.",
    type: "gauge",
    samples: ({ awake }, labels) => {
      const state = (sleep_state: string, on: boolean): Sample => [
        name,
        { ...labels, sleep_state },
        on ? 1 : 0,
      ];
      return [state("awake", awake), state("weights_offloaded", !awake), state("discard_all", false)];
    },
  };
}

function cacheConfig(): EngineFamily {
  const name = "vllm:cache_config_info";
  const facts = {
    block_size: String(BLOCK_SIZE),
    gpu_memory_utilization: "0.9",
    kv_cache_size_tokens: String(BLOCKS * BLOCK_SIZE),
    num_gpu_blocks: String(BLOCKS),
  };
  return {
    name,
    help: "Information of the LLMEngine CacheConfig",
    type: "gauge",
    samples: (_values, { engine = "0" }) => [[name, { ...facts, engine }, 1]],
  };
}

function counters(): EngineFamily[] {
  return [
    counter(
      "vllm:num_preemptions_total",
      "Cumulative number of preemption from the engine.",
      ({ preemptions }) => preemptions,
    ),
    counter(
      "vllm:prompt_tokens_total",
      "Number of prefill tokens processed.",
      ({ promptTokens }) => promptTokens,
    ),
    counter(
      "vllm:generation_tokens_total",
      "Number of generation tokens processed.",
      ({ generationTokens }) => generationTokens,
    ),
    requestSuccess(),
    iterationTokens(),
  ];
}

function requestSuccess(): EngineFamily {
  const name = "vllm:request_success_total";
  return {
    name,
    help: "Count of successfully processed requests.",
    type: "counter",
    samples: ({ finished }, labels) => {
      return FINISH_REASONS.map((finished_reason) => {
        return [name, { ...labels, finished_reason }, finished[finished_reason]];
      });
    },
  };
}

function iterationTokens(): EngineFamily {
  const name = "vllm:iteration_tokens_total";
  return {
    name,
    help: "Histogram of number of tokens per engine_step.",
    type: "histogram",
    samples: ({ iterations, promptTokens, generationTokens }, labels) => [
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
