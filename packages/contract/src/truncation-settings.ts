import type { Kind } from "./kind.ts";

/**
 * What makes a server of each kind cut prompts in place of refusing them, in its own words: Ollama drops the oldest messages
 * beyond `num_ctx`, TEI cuts inputs unless told not to, SGLang and vLLM only where they are told to.
 */
export const TRUNCATION_SETTINGS: Readonly<Record<Kind, string>> = {
  vllm: "truncate_prompt_tokens",
  sglang: "--allow-auto-truncate",
  llamacpp: "--ctx-size with --context-shift",
  ollama: "num_ctx (OLLAMA_CONTEXT_LENGTH)",
  tgi: "truncate, --max-input-tokens",
  tei: "auto_truncate (--auto-truncate)",
  lmdeploy: "--session-len",
  tensorrt: "truncate_prompt_tokens",
  lmstudio: "context length, contextOverflowPolicy",
  localai: "context_size",
  generic: "its context length, or what lets it truncate",
};
