import { describe, expect, test } from "vitest";
import { readModelName } from "./provider.ts";

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
  ])("%s/ is taken off and no more than that", (prefix) => {
    expect(readModelName(`${prefix}/served`)).toEqual({
      kind: "served",
      expected: "served",
      defaultApiBase: null,
    });
    expect(readModelName(`${prefix}/org/served`)).toMatchObject({ kind: "served", expected: "org/served" });
  });

  test.each(["ollama", "ollama_chat"])("%s/ brings the address that LiteLLM assumes", (prefix) => {
    expect(readModelName(`${prefix}/llama3:8b`)).toEqual({
      kind: "served",
      expected: "llama3:8b",
      defaultApiBase: "http://localhost:11434",
    });
  });

  test.each(["azure", "anthropic", "bedrock", "gemini", "groq", "mistral", "vertex_ai", "openrouter"])(
    "%s/ is a service of others",
    (prefix) => {
      expect(readModelName(`${prefix}/served`)).toEqual({ kind: "unsupported", provider: prefix });
    },
  );

  test.each([
    ["served", "served"],
    ["gpt-oss-120b", "gpt-oss-120b"],
    ["org/served", "org/served"],
    ["OpenAI/served", "OpenAI/served"],
    ["openai", "openai"],
    ["/served", "/served"],
  ])("%s has none and is the name itself", (model, expected) => {
    expect(readModelName(model)).toEqual({ kind: "unprefixed", expected });
  });

  test.each([
    ["openai/responses/served", "served"],
    ["openai/responses/org/served", "org/served"],
    ["hosted_vllm/responses/served", "responses/served"],
    ["openai/openai/served", "openai/served"],
    ["openai/", ""],
  ])("%s expects the served name %j", (model, expected) => {
    expect(readModelName(model)).toMatchObject({ kind: "served", expected });
  });
});

describe("custom_llm_provider", () => {
  test("makes the whole model the served name where it has no prefix", () => {
    expect(readModelName("served", "openai")).toEqual({
      kind: "served",
      expected: "served",
      defaultApiBase: null,
    });
    expect(readModelName("org/served", "hosted_vllm")).toMatchObject({ expected: "org/served" });
  });

  test("brings its default address", () => {
    expect(readModelName("llama3", "ollama")).toMatchObject({ defaultApiBase: "http://localhost:11434" });
  });

  test("yields to a prefix that is written", () => {
    expect(readModelName("openai/served", "azure")).toMatchObject({ kind: "served", expected: "served" });
  });

  test("is skipped where it is a service of others", () => {
    expect(readModelName("served", "azure")).toEqual({ kind: "unsupported", provider: "azure" });
  });
});
