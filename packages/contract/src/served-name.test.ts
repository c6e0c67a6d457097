import { expect, test } from "vitest";
import type { Kind } from "./kind.ts";
import { answersTo } from "./served-name.ts";

test.each<
  readonly [about: string, kind: Kind, names: readonly [expected: string, served: string], answers: boolean]
>([
  ["Ollama serves its latest under the bare name", "ollama", ["llama", "llama:latest"], true],
  ["Ollama serves no other tag under the bare name", "ollama", ["llama", "llama:7b"], false],
  ["vLLM knows no tags", "vllm", ["llama", "llama:latest"], false],
  ["vLLM minds the case", "vllm", ["llama", "Llama"], false],
  ["vLLM serves the name itself", "vllm", ["llama", "llama"], true],
  ["a wildcard is served by any name", "generic", ["*", "org/llama"], true],
  ["or by any that fits it", "generic", ["qwen-*", "qwen-8b"], true],
  ["and by no other", "generic", ["qwen-*", "llama"], false],
  ["to its end", "generic", ["*-fp8", "qwen-fp8-old"], false],
])("%s", (...row) => {
  const [, kind, [expected, served], answers] = row;
  expect(answersTo(kind, expected, served)).toBe(answers);
});
