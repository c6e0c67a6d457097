/** The kinds of servers whose answers differ. `generic` is any other that lists its models. */
export const KINDS = [
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
  "generic",
] as const;

export type Kind = (typeof KINDS)[number];

export function isKind(value: unknown): value is Kind {
  return KINDS.some((kind) => kind === value);
}
