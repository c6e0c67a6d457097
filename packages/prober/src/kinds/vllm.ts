import { FASTAPI_ROUTES, OPENAI_COMPATIBLE, ownedBy, type ServerKind } from "./server-kind.ts";

export const vllm: ServerKind = {
  ...OPENAI_COMPATIBLE,
  routes: FASTAPI_ROUTES,
  recognise: ownedBy("vllm", "vllm-frontend-rs"),
  loadingWords: /currently scaling/i,
  versionPath: "/version",
  // ≥ 0.9.2 says kv_cache_usage_perc, older ones gpu_cache_usage_perc. Counters carry `_total` on the wire.
  metrics: {
    running: "vllm:num_requests_running",
    waiting: "vllm:num_requests_waiting",
    kvUsage: ["vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"],
    preemptions: "vllm:num_preemptions_total",
    succeeded: "vllm:request_success_total",
    generated: "vllm:generation_tokens_total",
    progress: [
      "vllm:iteration_tokens_total_count",
      "vllm:prompt_tokens_total",
      "vllm:generation_tokens_total",
      "vllm:request_success_total",
    ],
    // ≥ 0.11.1 with sleep mode.
    sleepState: "vllm:engine_sleep_state",
  },
};
