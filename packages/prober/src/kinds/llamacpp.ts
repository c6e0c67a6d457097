import { OPENAI_COMPATIBLE, ownedBy, type ServerKind } from "./server-kind.ts";

const owned = ownedBy("llamacpp");

export const llamacpp: ServerKind = {
  ...OPENAI_COMPATIBLE,
  recognise: (list) => list.headers["server"] === "llama.cpp" || owned(list),
  loadingWords: /loading model/i,
  // Its model list is public.
  keyPaths: ["/props", "/metrics"],
  metrics: {
    running: "llamacpp:requests_processing",
    waiting: "llamacpp:requests_deferred",
    kvUsage: ["llamacpp:kv_cache_usage_ratio"],
    preemptions: null,
    succeeded: null,
    generated: "llamacpp:tokens_predicted_total",
    progress: ["llamacpp:prompt_tokens_total", "llamacpp:tokens_predicted_total", "llamacpp:n_decode_total"],
  },
};
