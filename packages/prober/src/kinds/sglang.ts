import { loading, fault } from "../read/outcome.ts";
import { FASTAPI_ROUTES, OPENAI_COMPATIBLE, ownedBy, type ServerKind } from "./server-kind.ts";

export const sglang: ServerKind = {
  ...OPENAI_COMPATIBLE,
  routes: FASTAPI_ROUTES,
  recognise: ownedBy("sglang"),
  loadingWords: /starting/i,
  health: {
    path: "/health",
    // It generates a token first, for which it takes a second or more.
    timeoutMs: 5_000,
    // It lists its model before its warm-up is over, and answers 503 again once it was told to end.
    unavailable: (served, detail) => (served ? fault("draining", detail) : loading(detail)),
  },
  metrics: {
    running: "sglang:num_running_reqs",
    waiting: "sglang:num_queue_reqs",
    kvUsage: ["sglang:token_usage"],
    preemptions: "sglang:num_retracted_reqs_total",
    succeeded: "sglang:num_requests_total",
    generated: "sglang:generation_tokens_total",
    progress: ["sglang:prompt_tokens_total", "sglang:generation_tokens_total", "sglang:num_requests_total"],
  },
};
