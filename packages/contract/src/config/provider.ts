/** Provider prefixes of LiteLLM whose upstream speaks OpenAI's protocol under `/v1`. */
const OPENAI_COMPATIBLE = new Set([
  "openai",
  "hosted_vllm",
  "vllm",
  "custom_openai",
  "openai_like",
  "litellm_proxy",
  "lm_studio",
  "llamafile",
  "ollama",
  "ollama_chat",
  "text-completion-openai",
  "xinference",
  "docker_model_runner",
  "lemonade",
  "nvidia_nim",
  "infinity",
  "huggingface",
]);

/** Prefixes that mean a hosted service or another protocol: such entries are skipped, with a warning. */
const UNSUPPORTED = new Set([
  ..."ai21 aleph_alpha anthropic anyscale aws azure azure_ai baseten bedrock cerebras clarifai cloudflare codestral".split(
    " ",
  ),
  ..."cohere cohere_chat command_r databricks deepgram deepinfra deepseek elevenlabs fireworks_ai friendliai".split(
    " ",
  ),
  ..."gemini github github_copilot gigachat groq jina_ai meta_llama mistral nlp_cloud novita oci openrouter".split(
    " ",
  ),
  ..."palm perplexity petals predibase replicate sagemaker sagemaker_chat sambanova snowflake text-completion-codestral".split(
    " ",
  ),
  ..."together_ai triton vercel_ai_gateway vertex_ai vertex_ai_beta volcengine voyage watsonx xai".split(" "),
]);

/** Where LiteLLM itself has a default base URL for a local server. */
const DEFAULT_API_BASE: Readonly<Record<string, string>> = {
  ollama: "http://localhost:11434",
  ollama_chat: "http://localhost:11434",
};

export type ModelName =
  | { readonly kind: "served"; readonly expected: string; readonly defaultApiBase: string | null }
  | { readonly kind: "unprefixed"; readonly expected: string }
  | { readonly kind: "unsupported"; readonly provider: string };

/**
 * Reads `litellm_params.model`. Only the first segment is a prefix: `openai/org/m` is served as `org/m`. `openai/responses/m`
 * is LiteLLM's way to ask for another route of the same model `m`.
 */
export function readModelName(model: string, customProvider?: string): ModelName {
  const slash = model.indexOf("/");
  const prefix = slash === -1 ? "" : model.slice(0, slash);
  const rest = model.slice(slash + 1);
  if (OPENAI_COMPATIBLE.has(prefix)) {
    return {
      kind: "served",
      expected: prefix === "openai" && rest.startsWith("responses/") ? rest.slice("responses/".length) : rest,
      defaultApiBase: DEFAULT_API_BASE[prefix] ?? null,
    };
  }
  if (customProvider !== undefined) {
    return OPENAI_COMPATIBLE.has(customProvider)
      ? { kind: "served", expected: model, defaultApiBase: DEFAULT_API_BASE[customProvider] ?? null }
      : { kind: "unsupported", provider: customProvider };
  }
  return UNSUPPORTED.has(prefix)
    ? { kind: "unsupported", provider: prefix }
    : { kind: "unprefixed", expected: model };
}
