import { FINISH_REASONS } from "../engine.ts";
import type { EngineValues } from "./families.ts";
import type { MetricsStyle } from "./metrics-style.ts";
import type { Family, Labels, Sample } from "./prometheus-text.ts";

/** The samples of one engine. */
type Samples = (values: EngineValues, labels: Labels) => Sample[];

export interface EngineFamily extends Omit<Family, "samples"> {
  readonly samples: Samples;
}

function gauge(name: string, help: string, value: (values: EngineValues) => number): EngineFamily {
  return { name, help, type: "gauge", samples: (values, labels) => [[name, labels, value(values)]] };
}

function counter(name: string, help: string, value: (values: EngineValues) => number): EngineFamily {
  return { ...gauge(name, help, value), type: "counter" };
}

const none = (): number => 0;

/** A sample for each value of one more label. */
function split(
  head: Omit<EngineFamily, "samples">,
  label: string,
  parts: Readonly<Record<string, (values: EngineValues) => number>>,
): EngineFamily {
  const samples: Samples = (values, labels) => {
    return Object.entries(parts).map(([part, value]) => [
      head.name,
      { ...labels, [label]: part },
      value(values),
    ]);
  };
  return { ...head, samples };
}

const LOAD: readonly EngineFamily[] = [
  gauge(
    "vllm:num_requests_running",
    "Number of requests in model execution batches.",
    ({ running }) => running,
  ),
  gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.", ({ waiting }) => waiting),
];

const USAGE_HELP = "KV-cache usage. 1 means 100 percent usage.";

const WAITING_BY_REASON = split(
  {
    name: "vllm:num_requests_waiting_by_reason",
    help:
      "Number of waiting requests by reason. Reason labels: 'capacity' = waiting for scheduling capacity; 'deferred' = " +
      "deferred by transient constraints (LoRA budget, KV transfer, blocked status). Sum of all reasons equals " +
      "vllm:num_requests_waiting.",
    type: "gauge",
  },
  "reason",
  { capacity: ({ waiting }) => waiting, deferred: none },
);

const SLEEP_STATE = split(
  {
    name: "vllm:engine_sleep_state",
    help:
      "Engine sleep state; awake = 0 means engine is sleeping; awake = 1 means engine is awake; weights_offloaded = 1 " +
      "means sleep level 1; discard_all = 1 means sleep level 2.",
    type: "gauge",
  },
  "sleep_state",
  {
    awake: ({ awake }) => (awake ? 1 : 0),
    weights_offloaded: ({ awake }) => (awake ? 0 : 1),
    discard_all: none,
  },
);

export function gauges(style: MetricsStyle): readonly EngineFamily[] {
  if (style === "old-names")
    return [...LOAD, gauge("vllm:gpu_cache_usage_perc", USAGE_HELP, ({ kvUsage }) => kvUsage)];
  const usage = gauge("vllm:kv_cache_usage_perc", USAGE_HELP, ({ kvUsage }) => kvUsage);
  return [...LOAD, WAITING_BY_REASON, SLEEP_STATE, usage];
}

const FLOPS = "(for Model Flops Utilization calculations).";

/** They stand before the gauges, and older versions do not have them. */
export const ESTIMATES: readonly EngineFamily[] = [
  counter(
    "vllm:estimated_flops_per_gpu_total",
    `Estimated number of floating point operations per GPU ${FLOPS}`,
    none,
  ),
  counter(
    "vllm:estimated_read_bytes_per_gpu_total",
    `Estimated number of bytes read from memory per GPU ${FLOPS}`,
    none,
  ),
  counter(
    "vllm:estimated_write_bytes_per_gpu_total",
    `Estimated number of bytes written to memory per GPU ${FLOPS}`,
    none,
  ),
];

const CACHES: readonly EngineFamily[] = [
  counter(
    "vllm:prefix_cache_queries_total",
    "Prefix cache queries, in terms of number of queried tokens.",
    ({ promptTokens }) => promptTokens,
  ),
  counter("vllm:prefix_cache_hits_total", "Prefix cache hits, in terms of number of cached tokens.", none),
  counter(
    "vllm:external_prefix_cache_queries_total",
    "External prefix cache queries from KV connector cross-instance cache sharing, in terms of number of queried tokens.",
    none,
  ),
  counter(
    "vllm:external_prefix_cache_hits_total",
    "External prefix cache hits from KV connector cross-instance cache sharing, in terms of number of cached tokens.",
    none,
  ),
  counter(
    "vllm:mm_cache_queries_total",
    "Multi-modal cache queries, in terms of number of queried items.",
    none,
  ),
  counter("vllm:mm_cache_hits_total", "Multi-modal cache hits, in terms of number of cached items.", none),
];

const PREEMPTIONS = counter(
  "vllm:num_preemptions_total",
  "Cumulative number of preemption from the engine.",
  ({ preemptions }) => preemptions,
);
const PROMPT_TOKENS = counter(
  "vllm:prompt_tokens_total",
  "Number of prefill tokens processed.",
  ({ promptTokens }) => promptTokens,
);
const GENERATION_TOKENS = counter(
  "vllm:generation_tokens_total",
  "Number of generation tokens processed.",
  ({ generationTokens }) => generationTokens,
);
const SUCCESS = split(
  { name: "vllm:request_success_total", help: "Count of successfully processed requests.", type: "counter" },
  "finished_reason",
  Object.fromEntries(
    FINISH_REASONS.map((reason) => [reason, ({ finished }: EngineValues) => finished[reason]]),
  ),
);

const PROMPT_SOURCES: readonly EngineFamily[] = [
  split(
    {
      name: "vllm:prompt_tokens_by_source_total",
      help: "Number of prompt tokens by source.",
      type: "counter",
    },
    "source",
    { local_compute: ({ promptTokens }) => promptTokens, local_cache_hit: none, external_kv_transfer: none },
  ),
  counter("vllm:prompt_tokens_cached_total", "Number of cached prompt tokens (local + external).", none),
  split(
    {
      name: "vllm:prompt_tokens_cached_by_source_total",
      help:
        "Prefix-cache hit tokens by the cache tier that supplied them: device (local HBM), host (offloaded to DRAM), " +
        "disk, p2p (transferred from another vLLM instance) or external_unspecified. Counted at admission; sums to " +
        "vllm:prefix_cache_hits + vllm:external_prefix_cache_hits.",
      type: "counter",
    },
    "source",
    { device: none, host: none, p2p: none, disk: none, external_unspecified: none },
  ),
];

export function counters(style: MetricsStyle): readonly EngineFamily[] {
  if (style === "old-names") return [PREEMPTIONS, PROMPT_TOKENS, GENERATION_TOKENS, SUCCESS];
  return [...CACHES, PREEMPTIONS, PROMPT_TOKENS, ...PROMPT_SOURCES, GENERATION_TOKENS, SUCCESS];
}
