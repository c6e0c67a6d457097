/** Where LiteLLM finds the address and the key of a provider whose entry does not say them. */
export interface Provider {
  /** Environment variables, the first that is set counts. */
  readonly baseVariables?: readonly string[];
  readonly keyVariable?: string;
  /** LiteLLM's own, for servers on this machine. */
  readonly defaultApiBase?: string;
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const OPENAI: Provider = {
  baseVariables: ["OPENAI_BASE_URL", "OPENAI_API_BASE"],
  keyVariable: "OPENAI_API_KEY",
};

/** Prefixes whose upstream is a server of one's own that speaks OpenAI's protocol under `/v1`. */
export const SELF_HOSTED: ReadonlyMap<string, Provider> = new Map<string, Provider>([
  ["openai", OPENAI],
  ["text-completion-openai", OPENAI],
  ["hosted_vllm", { baseVariables: ["HOSTED_VLLM_API_BASE"], keyVariable: "HOSTED_VLLM_API_KEY" }],
  ["vllm", { baseVariables: ["VLLM_API_BASE"] }],
  ["openai_like", { baseVariables: ["OPENAI_LIKE_API_BASE"], keyVariable: "OPENAI_LIKE_API_KEY" }],
  ["litellm_proxy", { baseVariables: ["LITELLM_PROXY_API_BASE"], keyVariable: "LITELLM_PROXY_API_KEY" }],
  ["lm_studio", { baseVariables: ["LM_STUDIO_API_BASE"], keyVariable: "LM_STUDIO_API_KEY" }],
  [
    "llamafile",
    {
      baseVariables: ["LLAMAFILE_API_BASE"],
      keyVariable: "LLAMAFILE_API_KEY",
      defaultApiBase: "http://127.0.0.1:8080/v1",
    },
  ],
  ["ollama", { baseVariables: ["OLLAMA_API_BASE"], defaultApiBase: "http://localhost:11434" }],
  ["ollama_chat", { baseVariables: ["OLLAMA_API_BASE"], defaultApiBase: "http://localhost:11434" }],
  [
    "docker_model_runner",
    {
      baseVariables: ["DOCKER_MODEL_RUNNER_API_BASE"],
      keyVariable: "DOCKER_MODEL_RUNNER_API_KEY",
      defaultApiBase: "http://localhost:22088/engines/llama.cpp",
    },
  ],
  [
    "lemonade",
    {
      baseVariables: ["LEMONADE_API_BASE"],
      keyVariable: "LEMONADE_API_KEY",
      defaultApiBase: "http://localhost:8000/api/v1",
    },
  ],
  ["infinity", { baseVariables: ["INFINITY_API_BASE"], keyVariable: "INFINITY_API_KEY" }],
  [
    "huggingface",
    { baseVariables: ["HF_API_BASE", "HUGGINGFACE_API_BASE"], keyVariable: "HUGGINGFACE_API_KEY" },
  ],
  ["nvidia_nim", { baseVariables: ["NVIDIA_NIM_API_BASE"], keyVariable: "NVIDIA_NIM_API_KEY" }],
  ["xinference", { baseVariables: ["XINFERENCE_API_BASE"], keyVariable: "XINFERENCE_API_KEY" }],
  // Without variables of their own. The second line is of servers that LiteLLM has no prefix for.
  ...words(`aiohttp_openai custom custom_openai oobabooga triton
    koboldcpp llama_cpp llamacpp llama-cpp llama.cpp localai mlx mlx_lm sglang tabbyapi tgi`).map(
    (name): [string, Provider] => [name, {}],
  ),
]);

/** Services of others that speak OpenAI's protocol: served where the entry has an `api_base` of its own. */
export const HOSTED: ReadonlySet<string> = new Set(
  words(`abliteration aihubmix aiml amazon_nova anyscale apertis baseten bytez cerebras charity_engine chatgpt
    chutes codestral cognition cometapi compactifai cortecs crusoe darkbloom dashscope databricks deepinfra deepseek
    edenai empower featherless_ai fireworks_ai friendliai galadriel gdc github gmi gradient_ai groq helicone heroku
    hyperbolic inception lambda_ai libertai llamagate maritalk meta meta_llama minimax mistral modelscope moonshot morph
    nadir nano-gpt nebius neosantara novita nscale openrouter ovhcloud parasail perplexity pinstripes poe prism
    publicai qwen_ai_platform qwencloud ragflow reka sail sambanova sarvam scaleway scx-ai synthetic tencent tensormesh
    text-completion-codestral text-completion-inception together_ai v0 veniceai vercel_ai_gateway volcengine wandb xai
    xiaomi_mimo zai`),
);

/**
 * Services and servers with a protocol of their own. An entry whose `api_base` is a machine of one's own is served all
 * the same: gateways and vLLM are written so, and the prober sees whether it answers.
 */
export const OTHER_PROTOCOL: ReadonlySet<string> = new Set(
  words(`a2a a2a_agent ai21 ai21_chat aleph_alpha anthropic anthropic_text assemblyai auto_router aws aws_polly
    aws_textract azure azure_ai azure_speech azure_text bedrock bedrock_mantle black_forest_labs clarifai cloudflare
    cohere cohere_chat command_r cursor datarobot deepgram dotprompt elevenlabs fal_ai gemini gigachat github_copilot
    humanloop jina_ai langflow langfuse langgraph litellm_agent manus milvus mongodb nlp_cloud nvidia_riva oci palm petals
    pg_vector predibase recraft reducto replicate runwayml s3_vectors sagemaker sagemaker_chat sagemaker_nova sap
    snowflake soniox stability strands_decider topaz transcribe typesafe valkey vertex_ai vertex_ai_beta voyage watsonx
    watsonx_text`),
);

/** Names that LiteLLM takes for OpenAI's own models where they have no prefix. */
export const OPENAI_MODEL =
  /^(?:ft:)?(?:gpt-(?!oss)|chatgpt-|o[134](?:-|$)|text-embedding-|dall-e-|whisper-1$|tts-1)/;
