import { describe, expect, test } from "vitest";
import { HOSTED, OTHER_PROTOCOL, SELF_HOSTED } from "./provider-table.ts";
import { defaultsOf, readModelName } from "./provider.ts";

describe("the model's prefix", () => {
  test.each([
    "openai",
    "hosted_vllm",
    "vllm",
    "custom_openai",
    "openai_like",
    "litellm_proxy",
    "lm_studio",
    "llamafile",
    "text-completion-openai",
    "xinference",
    "docker_model_runner",
    "lemonade",
    "nvidia_nim",
    "infinity",
    "huggingface",
    "aiohttp_openai",
    "oobabooga",
    "triton",
    "sglang",
    "tgi",
    "localai",
    "llama_cpp",
    "llamacpp",
  ])("%s/ is taken off and no more than that", (prefix) => {
    expect(readModelName({ model: `${prefix}/served` })).toEqual({
      kind: "served",
      expected: "served",
      provider: prefix,
    });
    expect(readModelName({ model: `${prefix}/org/served` })).toMatchObject({
      kind: "served",
      expected: "org/served",
    });
  });

  test.each([
    ["ollama", "http://localhost:11434"],
    ["ollama_chat", "http://localhost:11434"],
    ["llamafile", "http://127.0.0.1:8080/v1"],
    ["lemonade", "http://localhost:8000/api/v1"],
    ["docker_model_runner", "http://localhost:22088/engines/llama.cpp"],
    ["sglang", undefined],
    ["azure", undefined],
  ])("%s/ brings the address that LiteLLM assumes, if any: %s", (prefix, base) => {
    expect(defaultsOf(prefix).defaultApiBase).toBe(base);
  });

  test.each(["groq", "mistral", "openrouter", "moonshot", "zai", "minimax", "dashscope", "chutes", "wandb"])(
    "%s/ is a service of others, unless the entry says where it is",
    (prefix) => {
      expect(readModelName({ model: `${prefix}/m` })).toEqual({ kind: "hosted", provider: prefix });
      expect(readModelName({ model: `${prefix}/m`, apiBase: "https://llm.example/v1" })).toEqual({
        kind: "served",
        expected: "m",
        provider: prefix,
      });
    },
  );

  test.each(["azure", "anthropic", "bedrock", "gemini", "vertex_ai", "cohere", "petals", "jina_ai"])(
    "%s/ has a protocol of its own, and is served from a machine of one's own alone",
    (prefix) => {
      const foreign = { kind: "other_protocol", provider: prefix };
      const served = { kind: "served", expected: "m", provider: prefix };
      const model = `${prefix}/m`;
      expect(readModelName({ model })).toEqual(foreign);
      expect(readModelName({ model, apiBase: "https://my.openai.azure.com" })).toEqual(foreign);
      expect(readModelName({ model, apiBase: "not a url" })).toEqual(foreign);
      for (const host of ["vllm", "10.0.0.3", "192.168.1.5", "172.20.0.1", "gpu.lan", "localhost", "[::1]"])
        expect(readModelName({ model, apiBase: `http://${host}:8000` })).toEqual(served);
    },
  );

  test("every prefix stands in one list alone", () => {
    const all = [...SELF_HOSTED.keys(), ...HOSTED, ...OTHER_PROTOCOL];
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
    expect(all.length).toBeGreaterThan(166);
  });

  test.each([
    ["served", "served"],
    ["gpt-oss-120b", "gpt-oss-120b"],
    ["org/served", "org/served"],
    ["OpenAI/served", "OpenAI/served"],
    ["openai", "openai"],
    ["/served", "/served"],
  ])("%s has none and is the name itself", (model, expected) => {
    expect(readModelName({ model })).toEqual({ kind: "unprefixed", expected });
  });

  test.each(["gpt-4o", "gpt-3.5-turbo", "o3-mini", "text-embedding-3-small", "whisper-1"])(
    "%s is one of OpenAI's own, as LiteLLM knows",
    (model) => {
      expect(readModelName({ model })).toEqual({ kind: "served", expected: model, provider: "openai" });
    },
  );

  test.each([
    ["openai/responses/served", "served"],
    ["openai/responses/org/served", "org/served"],
    ["hosted_vllm/responses/served", "responses/served"],
    ["openai/openai/served", "openai/served"],
    ["openai/", ""],
  ])("%s expects the served name %j", (model, expected) => {
    expect(readModelName({ model })).toMatchObject({ kind: "served", expected });
  });
});

describe("custom_llm_provider", () => {
  test.each([
    ["served", "openai", "served"],
    ["org/served", "hosted_vllm", "org/served"],
    ["mistral/served", "openai", "mistral/served"],
    ["openai/served", "azure", "served"],
    ["sglang/served", "sglang", "served"],
  ])("%s of %s is the served name %s", (model, customProvider, expected) => {
    expect(readModelName({ model, customProvider })).toMatchObject({ kind: "served", expected });
  });

  test("is skipped where it is a service of others", () => {
    const foreign = { kind: "other_protocol", provider: "azure" };
    expect(readModelName({ model: "served", customProvider: "azure" })).toEqual(foreign);
  });

  test("takes off the prefix where it says the same", () => {
    const own = { model: "groq/served", customProvider: "groq", apiBase: "http://gpu-1:8000" };
    expect(readModelName(own)).toMatchObject({ kind: "served", expected: "served" });
  });
});
