import { type EngineValues, oneTwoFive } from "./families.ts";

/** One histogram of an engine: how it is cut, and about what each of its observations is. */
export interface EngineHistogram {
  readonly name: string;
  readonly help: string;
  readonly buckets: (maxModelLen: number) => readonly number[];
  readonly count: (values: EngineValues) => number;
  readonly sum: (values: EngineValues) => number;
}

const TTFT = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
  2560,
];
const PER_TOKEN = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];
const REQUEST = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
];
const STEP = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384];

/** No time is measured: every request is taken to have lasted so long. */
const REQUEST_SECONDS = 0.25;

function finished({ finished: ends }: EngineValues): number {
  return Object.values(ends).reduce((total, count) => total + count, 0);
}

function lengths(name: string, help: string, sum: (values: EngineValues) => number): EngineHistogram {
  return { name, help, buckets: oneTwoFive, count: finished, sum };
}

function times(name: string, help: string, buckets: readonly number[]): EngineHistogram {
  return {
    name,
    help,
    buckets: () => buckets,
    count: finished,
    sum: (values) => finished(values) * REQUEST_SECONDS,
  };
}

export const ENGINE_HISTOGRAMS: readonly EngineHistogram[] = [
  lengths(
    "vllm:request_prompt_tokens",
    "Number of prefill tokens processed.",
    ({ promptTokens }) => promptTokens,
  ),
  lengths(
    "vllm:request_generation_tokens",
    "Number of generation tokens processed.",
    ({ generationTokens }) => generationTokens,
  ),
  {
    name: "vllm:iteration_tokens_total",
    help: "Histogram of number of tokens per engine_step.",
    buckets: () => STEP,
    count: ({ iterations }) => iterations,
    sum: ({ promptTokens, generationTokens }) => promptTokens + generationTokens,
  },
  lengths(
    "vllm:request_max_num_generation_tokens",
    "Histogram of maximum number of requested generation tokens.",
    ({ generationTokens }) => generationTokens,
  ),
  {
    name: "vllm:request_params_n",
    help: "Histogram of the n request parameter.",
    buckets: () => [1, 2, 5, 10, 20],
    count: finished,
    sum: finished,
  },
  lengths(
    "vllm:request_params_max_tokens",
    "Histogram of the max_tokens request parameter.",
    ({ generationTokens }) => generationTokens,
  ),
  times("vllm:time_to_first_token_seconds", "Histogram of time to first token in seconds.", TTFT),
  times("vllm:inter_token_latency_seconds", "Histogram of inter-token latency in seconds.", PER_TOKEN),
  times(
    "vllm:request_time_per_output_token_seconds",
    "Histogram of time_per_output_token_seconds per request.",
    PER_TOKEN,
  ),
  times("vllm:e2e_request_latency_seconds", "Histogram of e2e request latency in seconds.", REQUEST),
  times("vllm:request_queue_time_seconds", "Histogram of time spent in WAITING phase for request.", REQUEST),
  times(
    "vllm:request_inference_time_seconds",
    "Histogram of time spent in RUNNING phase for request.",
    REQUEST,
  ),
  times(
    "vllm:request_prefill_time_seconds",
    "Histogram of time spent in PREFILL phase for request.",
    REQUEST,
  ),
  times("vllm:request_decode_time_seconds", "Histogram of time spent in DECODE phase for request.", REQUEST),
  {
    name: "vllm:request_num_preemptions",
    help: "Histogram of the number of times a request was preempted.",
    buckets: () => [1, 2, 3, 4, 5, 10, 20],
    count: finished,
    sum: ({ preemptions }) => preemptions,
  },
  lengths(
    "vllm:request_prefill_kv_computed_tokens",
    "Histogram of new KV tokens computed during prefill (excluding cached tokens).",
    ({ promptTokens }) => promptTokens,
  ),
];
