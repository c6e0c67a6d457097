import { expect, test } from "vitest";
import { scopeWord } from "./lease-admission.ts";
import { limitHeaders, printDuration } from "./limit-headers.ts";

test.each([
  [0, "0ms"],
  [12, "12ms"],
  [999.2, "1000ms"],
  [1_000, "1s"],
  [1_001, "2s"],
  [59_999, "1m0s"],
  [360_000, "6m0s"],
])("%i ms are printed as OpenAI does: %s", (ms, text) => {
  expect(printDuration(ms)).toBe(text);
});

test.each([
  ["key:k", "api_key"],
  ["key:k/model:chat", "model_per_key"],
  ["team:a%2Fb", "team"],
  ["team:t/model:chat", "model_per_team"],
  ["member:t/u", "team_member"],
  ["user:u", "user"],
  ["model:chat", "model"],
  ["global", "global"],
])("the scope %s is told as %s", (scope, word) => {
  expect(scopeWord(scope)).toBe(word);
});

test("LiteLLM's names are told where the tightest limit is the key's own", () => {
  const tightest = { unit: "requests", limit: 6, remaining: 2.9, resetMs: 20_000 } as const;
  const headers: Record<string, string> = {};
  limitHeaders(headers, 6, { scope: "key:k", ...tightest });
  expect(headers).toEqual({
    "x-litellm-key-rpm-limit": "6",
    "x-ratelimit-limit-requests": "6",
    "x-ratelimit-remaining-requests": "2",
    "x-ratelimit-reset-requests": "20s",
    "x-ratelimit-api_key-limit-requests": "6",
    "x-ratelimit-api_key-remaining-requests": "2",
  });
  const others: Record<string, string> = {};
  limitHeaders(others, null, { scope: "key:k/model:chat", ...tightest });
  expect(Object.keys(others)).not.toContain("x-ratelimit-api_key-limit-requests");
  limitHeaders(others, null, null);
});
