import { describe, expect, test } from "vitest";
import {
  aliasName,
  bySpecificity,
  fillIn,
  matchPattern,
  matchWhole,
  patternOf,
  upstreamName,
} from "./wildcard.ts";

describe("a name matches a pattern as in LiteLLM", () => {
  test.each<readonly [about: string, pattern: string, name: string, segments: readonly string[] | null]>([
    ["a star alone takes everything", "*", "openai/gpt-4o", ["openai/gpt-4o"]],
    ["and nothing", "*", "", [""]],
    ["a prefix", "openai/*", "openai/org/m", ["org/m"]],
    ["a prefix alone", "openai/*", "openai/", [""]],
    ["another prefix", "openai/*", "vllm/m", null],
    ["half a prefix", "openai/*", "open", null],
    ["a name begins with it", "claude-*", "claude-sonnet-4", ["sonnet-4"]],
    ["but does not hold it elsewhere", "claude-*", "my-claude-1", null],
    ["two stars", "llmengine/fo::*::static::*", "llmengine/fo::bar::static::baz", ["bar", "baz"]],
    ["a star before and after", "*meta.llama3*", "hello-world-meta.llama3-70b", ["hello-world-", "-70b"]],
    ["the first star takes as much as it can", "*-*", "a-b-c", ["a-b", "c"]],
    ["what follows the last literal is not looked at", "*-mini", "gpt-mini-2024", ["gpt"]],
    ["literals do not overlap", "ab*ba", "aba", null],
    ["a dot is a dot", "qwen3.*", "qwen3x8", null],
    ["no star, the beginning", "gpt", "gpt-4o", []],
    ["a name of no model", "*", "x".repeat(513), null],
  ])("%s: %s against %s", (...row) => {
    const [, pattern, name, segments] = row;
    expect(matchPattern(pattern, name)).toEqual(segments);
  });

  test("greedy stars are what a regular expression makes of them", () => {
    const letters = ["a", "b", "-", "*"];
    let state = 7;
    const draw = (most: number) => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % most;
    const text = (from: readonly string[]) =>
      Array.from({ length: draw(8) }, () => from[draw(from.length)]).join("");
    for (let turn = 0; turn < 5_000; turn += 1) {
      const pattern = text(letters);
      const name = text(letters.slice(0, 3));
      const source = pattern.replaceAll("*", "(.*)");
      const start = new RegExp(`^${source}`).exec(name);
      const whole = new RegExp(`^${source}$`).exec(name);
      expect([pattern, name, matchPattern(pattern, name)]).toEqual([pattern, name, start?.slice(1) ?? null]);
      expect([pattern, name, matchWhole(pattern, name)]).toEqual([pattern, name, whole?.slice(1) ?? null]);
    }
  });
});

test("the most specific pattern comes first, by the length of LiteLLM's regular expression", () => {
  expect(bySpecificity(["*", "openai/*", "openai/gpt-*", "claude-*", "*-*"])).toEqual([
    "openai/gpt-*",
    "claude-*",
    "openai/*",
    "*-*",
    "*",
  ]);
});

test.each<readonly [about: string, name: string, pattern: string | undefined]>([
  ["the most specific one", "openai/gpt-4o", "openai/gpt-*"],
  ["a less specific one", "openai/m", "openai/*"],
  ["OpenAI's own names without their prefix", "gpt-4o", "openai/gpt-*"],
  ["none", "other", undefined],
])("a name belongs to %s", (_about, name, pattern) => {
  expect(patternOf(name, bySpecificity(["openai/*", "openai/gpt-*"]))).toBe(pattern);
});

describe("the backend's name for an app's", () => {
  test.each<readonly [about: string, pattern: string, model: string, name: string, upstream: string | null]>([
    ["the star's part", "team/*", "hosted_vllm/*", "team/qwen3", "qwen3"],
    ["with a slash", "team/*", "hosted_vllm/*", "team/org/qwen3", "org/qwen3"],
    ["between literals", "fast-*", "openai/qwen-*-fp8", "fast-8b", "qwen-8b-fp8"],
    ["a fixed one", "claude-*", "openai/qwen3", "claude-sonnet", "qwen3"],
    ["of a star alone", "*", "openai/*", "qwen3", "qwen3"],
    ["a prefix within it is a provider's", "*", "*", "openai/qwen3", "qwen3"],
    ["a prefix doubled is part of the name", "*", "openai/*", "openai/qwen3", "openai/qwen3"],
    ["more stars than there are places: the whole name", "*/x/*", "openai/*", "openai/x/b", "x/b"],
    ["OpenAI's own names", "openai/*", "openai/*", "gpt-4o", "gpt-4o"],
    ["nothing after the prefix", "team/*", "openai/*", "team/", null],
    ["another pattern's", "team/*", "openai/*", "other/m", null],
  ])("%s: %s to %s, %s", (...row) => {
    const [, pattern, model, name, upstream] = row;
    expect(upstreamName(pattern, { model, apiBase: "http://gpu-1" }, name)).toBe(upstream);
  });
});

test.each<readonly [pattern: string, expected: string, served: string, name: string | null]>([
  ["team/*", "*", "qwen3", "team/qwen3"],
  ["*", "*", "qwen3", "qwen3"],
  ["fast-*", "qwen-*-fp8", "qwen-8b-fp8", "fast-8b"],
  ["fast-*", "qwen-*-fp8", "qwen-8b", null],
  ["*/x/*", "*", "m", null],
])("apps call by %s what is served as %s: %s is %s", (...row) => {
  const [pattern, expected, served, name] = row;
  expect(aliasName(pattern, expected, served)).toBe(name);
});

test("a segment with a star in it is not filled in again", () => {
  expect(fillIn("a-*-*", ["*", "b"])).toBe("a-*-b");
});
