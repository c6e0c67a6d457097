/** The kinds of servers that can be played. */
export const KIND_NAMES = [
  "vllm",
  "sglang",
  "llamacpp",
  "ollama",
  "tgi",
  "tei",
  "lmdeploy",
  "tensorrt",
  "lmstudio",
  "localai",
] as const;

export type KindName = (typeof KIND_NAMES)[number];
