import { expect, test } from "vitest";
import { configOf } from "../../test/configs.ts";
import type { Environment } from "./environment.ts";

const config = (params: string, env: Environment = {}) =>
  configOf(`model_list:\n  - model_name: chat\n    litellm_params: {${params}}\n`, { env });

/** Where the one deployment is asked, and with what key. */
function reached(params: string, env: Environment = {}): readonly unknown[] {
  const [backend] = config(params, env).backends;
  return [`${backend?.base.origin}${backend?.base.apiPath}`, backend?.apiKey];
}

const NONE = { from: "none" };
const from = (name: string) => ({ from: "env", name });

test.each([
  ["model: hosted_vllm/m", { HOSTED_VLLM_API_BASE: "http://v:8000/v1" }, "http://v:8000/v1", NONE],
  [
    "model: hosted_vllm/m",
    { HOSTED_VLLM_API_BASE: "http://v:8000", HOSTED_VLLM_API_KEY: "k" },
    "http://v:8000/v1",
    from("HOSTED_VLLM_API_KEY"),
  ],
  [
    "model: openai/m",
    { OPENAI_BASE_URL: "http://o:1/v1", OPENAI_API_BASE: "http://p" },
    "http://o:1/v1",
    NONE,
  ],
  ["model: openai/m", { OPENAI_BASE_URL: "", OPENAI_API_BASE: "http://p:1" }, "http://p:1/v1", NONE],
  [
    "model: gpt-4o",
    { OPENAI_API_BASE: "http://p:1", OPENAI_API_KEY: "k" },
    "http://p:1/v1",
    from("OPENAI_API_KEY"),
  ],
  ["model: ollama/m", { OLLAMA_API_BASE: "http://o:11434" }, "http://o:11434/v1", NONE],
  ["model: ollama_chat/m", {}, "http://localhost:11434/v1", NONE],
  ["model: lm_studio/m", { LM_STUDIO_API_BASE: "http://l:1234/v1" }, "http://l:1234/v1", NONE],
  ["model: llamafile/m", {}, "http://127.0.0.1:8080/v1", NONE],
  ["model: docker_model_runner/m", {}, "http://localhost:22088/engines/llama.cpp/v1", NONE],
  ["model: m, custom_llm_provider: hosted_vllm", { HOSTED_VLLM_API_BASE: "http://v" }, "http://v/v1", NONE],
  // What is written counts before the environment.
  [
    'model: hosted_vllm/m, api_base: "http://own", api_key: own',
    { HOSTED_VLLM_API_BASE: "http://v", HOSTED_VLLM_API_KEY: "k" },
    "http://own/v1",
    { from: "literal", value: "own" },
  ],
  // OpenAI's key is not for everybody.
  ['model: openai/m, api_base: "http://own"', { OPENAI_API_KEY: "k" }, "http://own/v1", NONE],
  [
    'model: openai/gpt-4o, api_base: "https://api.openai.com/v1"',
    { OPENAI_API_KEY: "k" },
    "https://api.openai.com/v1",
    from("OPENAI_API_KEY"),
  ],
])("%s with %j is reached at %s", (...[params, env, address, key]) => {
  expect(reached(params, env as Environment)).toEqual([address, key]);
});

test.each([
  ["openai/gpt-4o", "https://api.openai.com/v1", true],
  ["groq/m", "https://api.groq.com/openai/v1", true],
  ["groq/m", "http://gpu-1:8000/v1", false],
  ["openai/m", "http://gpu-1:8000/v1", false],
  ["openai/m", "https://llm.example/v1", false],
  ["anthropic/qwen3-5-local", "http://vllm:8000", false],
])("%s at %s is a service of others: %s", (model, base, isHosted) => {
  expect(config(`model: ${model}, api_base: "${base}"`).backends[0]?.isHosted).toBe(isHosted);
});

test("an address from the environment makes another config", () => {
  const at = (base: string) => config("model: hosted_vllm/m", { HOSTED_VLLM_API_BASE: base }).checksum;
  expect(at("http://a")).not.toBe(at("http://b"));
});

test("credentials say what an entry does not say itself, their references included", () => {
  const text = `model_list:
  - model_name: chat
    litellm_params: {model: openai/m, litellm_credential_name: gpu}
  - model_name: coder
    litellm_params: {model: openai/m, litellm_credential_name: gpu, api_key: own}
credential_list:
  - credential_name: gpu
    credential_values: {api_base: os.environ/GPU, api_key: os.environ/GPU_KEY}
  - credential_name: unused
    credential_values: {api_base: os.environ/NOWHERE}
`;
  const { deployments } = configOf(text, { env: { GPU: "http://gpu:8000" } });
  expect(deployments.map(({ backend }) => [backend.base.origin, backend.apiKey])).toEqual([
    ["http://gpu:8000", from("GPU_KEY")],
    ["http://gpu:8000", { from: "literal", value: "own" }],
  ]);
});
