import type { MetricValues } from "./families.ts";
import type { Family, Sample } from "./prometheus-text.ts";

const BLOCKS = 8192;
const BLOCK_SIZE = 16;

/** What the frontend counts itself, for all engines. */
export function admissions(modelName: string): Family {
  const name = "vllm:admission_rejections_total";
  const samples = ["max_num_queued_reqs", "max_num_queued_tokens"].map((reason): Sample => {
    return [name, { model_name: modelName, reason }, 0];
  });
  const help = "Number of admission attempts rejected by a queue limit, by reason.";
  return { name, help, type: "counter", samples };
}

export function loraRequests(startedAtSeconds: number): Family {
  const name = "vllm:lora_requests_info";
  const labels = { max_lora: "1", running_lora_adapters: "", waiting_lora_adapters: "" };
  return {
    name,
    help: "Running stats on lora requests.",
    type: "gauge",
    samples: [[name, labels, startedAtSeconds]],
  };
}

export function cacheConfig({ engines }: Pick<MetricValues, "engines">): Family {
  const name = "vllm:cache_config_info";
  const samples = engines.map((_values, engine): Sample => [name, { ...CACHE, engine: String(engine) }, 1]);
  return { name, help: "Information of the LLMEngine CacheConfig", type: "gauge", samples };
}

export function toolCalls(modelName: string): Family {
  const name = "vllm:tool_call_parser_invocations_total";
  const combinations = ["streaming", "non_streaming"].flatMap((mode) =>
    ["tool_call", "no_tool_call"].flatMap((outcome) =>
      ["chat_completions", "responses", "other"].map((request_type) => ({ mode, outcome, request_type })),
    ),
  );
  const help =
    "Total number of ToolParser invocations. Non-streaming increments once per choice; streaming increments once per delta.";
  const samples = combinations.map((labels): Sample => [name, { ...labels, model_name: modelName }, 0]);
  return { name, help, type: "counter", samples };
}

const CACHE = {
  _block_size_resolved: "True",
  block_size: String(BLOCK_SIZE),
  cache_dtype: "auto",
  cache_hit_alignment_tokens: "None",
  effective_attention_block_size: String(BLOCK_SIZE),
  enable_mamba_shared_prefix_checkpoint: "False",
  enable_prefix_caching: "True",
  gpu_memory_utilization: "0.92",
  hash_block_size: "None",
  is_attention_free: "False",
  kv_cache_dtype_skip_layers: "[]",
  kv_cache_layout: "None",
  kv_cache_max_concurrency: "1.0",
  kv_cache_memory_bytes: "1073741824",
  kv_cache_size_tokens: String(BLOCKS * BLOCK_SIZE),
  kv_offloading_backend: "native",
  kv_offloading_size: "None",
  kv_sharing_fast_prefill: "False",
  mamba_block_size: "None",
  mamba_cache_dtype: "auto",
  mamba_cache_mode: "none",
  mamba_page_size_padded: "None",
  mamba_ssm_cache_dtype: "float32",
  num_cpu_blocks: "None",
  num_gpu_blocks: String(BLOCKS),
  num_gpu_blocks_override: "None",
  prefix_cache_retention_interval: "0",
  prefix_caching_hash_algo: "sha256",
  prefix_match_unit: "None",
  replayssm_buffer_len: "16",
  skip_page_size_padded: "None",
  sliding_window: "None",
  swa_bounded_replay: "True",
  use_kda_recoverssm: "False",
  use_replayssm: "False",
  user_specified_block_size: "False",
};
