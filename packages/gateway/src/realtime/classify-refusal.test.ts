import { expect, test } from "vitest";
import { classifyRefusal } from "./classify-refusal.ts";

const names = { alias: "voice", upstream: "org/model" };

test.each<[string, number, string, string, boolean, number | null]>([
  ["no route, as vLLM's server says it", 403, "", "ok", false, 404],
  ["no route", 404, '{"detail":"Not Found"}', "ok", false, 404],
  ["a route for POST alone", 405, '{"detail":"Method Not Allowed"}', "ok", false, 404],
  ["another page", 200, "hello", "ok", false, 404],
  ["a filter in front", 403, '{"error":{"message":"no"}}', "wrong_key", true, 403],
  ["a key that it does not know", 401, '{"error":"Unauthorized"}', "wrong_key", true, null],
  [
    "a name that it does not have",
    404,
    '{"error":{"message":"The model `org/model` does not exist.","type":"NotFoundError","code":404}}',
    "wrong_name",
    true,
    null,
  ],
  ["an engine that is dead", 500, "oops", "server_error", true, null],
  ["too much to do", 429, '{"error":{"message":"busy"}}', "server_error", true, 429],
])("%s: %i", (_case, status, ...[body, reason, retryable, answered]) => {
  const error = classifyRefusal({ status, body, retryAfter: null }, names);
  expect(error).toMatchObject({ reason, retryable, status });
  expect(error.answer?.status ?? null).toBe(answered);
  expect(error.answer?.error.message ?? "").not.toContain("org/model");
});
