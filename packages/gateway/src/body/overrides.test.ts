import { expect, test } from "vitest";
import { readJsonFields } from "./json-fields.ts";
import { readOverrides } from "./overrides.ts";

const NONE = {
  fallbacks: null,
  disableFallbacks: false,
  numRetries: null,
  timeoutMs: null,
  streamTimeoutMs: null,
  tags: null,
};

function read(fields: object | string, headers = {}) {
  const text = typeof fields === "string" ? fields : JSON.stringify({ model: "m", ...fields });
  const body = Buffer.from(text);
  const found = readJsonFields(body);
  if (!found.ok) throw new Error("no model");
  return readOverrides({ body, fields: found.value, headers }, { numRetries: 5, tagFiltering: null });
}

test.each<[string, object | string, object]>([
  ["nothing", {}, NONE],
  ["other names", { fallbacks: ["a", "b"] }, { ...NONE, fallbacks: ["a", "b"] }],
  ["other names as objects", { fallbacks: [{ model: "a", x: 1 }, "b"] }, { ...NONE, fallbacks: ["a", "b"] }],
  ["no other name", { fallbacks: [] }, { ...NONE, fallbacks: [] }],
  ["what are no names", { fallbacks: [1, null, {}, ["a"], "b"] }, { ...NONE, fallbacks: ["b"] }],
  ["names that are no list", { fallbacks: "a" }, NONE],
  ["no fallbacks at all", { disable_fallbacks: true }, { ...NONE, disableFallbacks: true }],
  ["no fallbacks, in words", { disable_fallbacks: "true" }, NONE],
  ["retries", { num_retries: 3 }, { ...NONE, numRetries: 3 }],
  ["no retries", { num_retries: 0 }, { ...NONE, numRetries: 0 }],
  ["more retries than the config has", { num_retries: 1_000 }, { ...NONE, numRetries: 5 }],
  ["less than no retries", { num_retries: -1 }, NONE],
  ["half a retry", { num_retries: 1.5 }, NONE],
  ["retries in words", { num_retries: "3" }, NONE],
  ["a time", { timeout: 1.5 }, { ...NONE, timeoutMs: 1_500 }],
  ["no time", { timeout: 0 }, NONE],
  ["less than no time", { timeout: -1 }, NONE],
  ["a time that is none", { timeout: null }, NONE],
  ["a list of names that is very long", { fallbacks: Array.from({ length: 5_000 }, String) }, NONE],
  [
    "a time that is a very deep list",
    `{"model":"m","timeout":${"[".repeat(9_000)}${"]".repeat(9_000)}}`,
    NONE,
  ],
  ["the same in another place", { metadata: { num_retries: 3, timeout: 1, fallbacks: ["a"] } }, NONE],
])("a request may ask for %s", (_case, fields, expected) => {
  expect(read(fields)).toEqual(expected);
});

test.each<[string, Record<string, string>, object]>([
  ["a time", { "x-litellm-timeout": "1.5" }, { ...NONE, timeoutMs: 1_500 }],
  ["a time to the first token", { "x-litellm-stream-timeout": "2" }, { ...NONE, streamTimeoutMs: 2_000 }],
  ["retries", { "x-litellm-num-retries": "3" }, { ...NONE, numRetries: 3 }],
  ["more retries than the config has", { "x-litellm-num-retries": "99" }, { ...NONE, numRetries: 5 }],
  ["what is no number", { "x-litellm-timeout": "1e9", "x-litellm-num-retries": "-1" }, NONE],
])("a request may ask by a header for %s", (_case, headers, expected) => {
  expect(read({}, headers)).toEqual(expected);
});

test("a header counts before the body", () => {
  expect(read({ timeout: 9, num_retries: 1 }, { "x-litellm-timeout": "2" })).toEqual({
    ...NONE,
    timeoutMs: 2_000,
    numRetries: 1,
  });
});

test("of what is asked for twice the last holds", () => {
  expect(read('{"model":"m","num_retries":1,"timeout":9,"num_retries":2}')).toEqual({
    ...NONE,
    numRetries: 2,
    timeoutMs: 9_000,
  });
});
