import { type Call, send } from "../../vllm/call.ts";
import type { EngineCounts } from "../../vllm/engine.ts";

type Row = readonly [
  name: string,
  type: "counter" | "gauge",
  help: string,
  value: (counts: EngineCounts) => number,
];

const none = (): number => 0;

const ROWS: readonly Row[] = [
  [
    "prompt_tokens_total",
    "counter",
    "Number of prompt tokens processed, excluding cached tokens",
    ({ promptTokens }) => promptTokens,
  ],
  ["prompt_tokens_cached_total", "counter", "Number of prompt tokens reused from the cache", none],
  [
    "prompt_seconds_total",
    "counter",
    "Total time spent processing prompts",
    ({ promptTokens }) => promptTokens / 200,
  ],
  [
    "tokens_predicted_total",
    "counter",
    "Number of generation tokens processed",
    ({ generationTokens }) => generationTokens,
  ],
  [
    "tokens_predicted_seconds_total",
    "counter",
    "Total time spent generating tokens",
    ({ generationTokens }) => generationTokens / 80,
  ],
  [
    "n_decode_total",
    "counter",
    "Total number of llama_decode() calls, excluding speculative decoding and multimodal decoding",
    ({ iterations }) => iterations,
  ],
  ["n_tokens_max", "counter", "Largest observed sequence length (prompt + generation)", none],
  ["spec_decode_num_draft_tokens_total", "counter", "Speculative: Total draft tokens generated", none],
  [
    "spec_decode_num_accepted_tokens_total",
    "counter",
    "Speculative: Total draft tokens accepted by the target model",
    none,
  ],
  [
    "spec_decode_num_drafts_total",
    "counter",
    "Speculative: Total speculative decoding verification steps",
    none,
  ],
  ["prompt_tokens_seconds", "gauge", "Average prompt throughput in tokens/s", none],
  ["predicted_tokens_seconds", "gauge", "Average generation throughput in tokens/s", none],
  ["requests_processing", "gauge", "Number of requests processing", ({ running }) => running],
  ["requests_deferred", "gauge", "Number of requests deferred", ({ waiting }) => waiting],
  ["n_busy_slots_per_decode", "gauge", "Average number of busy slots per llama_decode() call", none],
];

/** GET /metrics, with --metrics: needs the key, unlike the list and health. */
export function metrics(call: Call): void {
  const counts = call.backend.engine.shown;
  const page = ROWS.map(([name, type, help, value]) => {
    const full = `llamacpp:${name}`;
    return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${full} ${value(counts)}\n`;
  });
  send(call, { status: 200, headers: { "content-type": "text/plain; version=0.0.4" }, body: page.join("") });
}
