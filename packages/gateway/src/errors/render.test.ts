import type { Dialect } from "@rollcall/contract";
import { expect, test } from "vitest";
import type { GatewayError } from "./gateway-error.ts";
import { renderError, renderErrorEvent } from "./render.ts";

const UNKNOWN: GatewayError = { kind: "unknown_model", model: "codr" };
const message = expect.stringContaining("codr") as string;

test.each<[Dialect, object]>([
  ["openai", { error: { message, type: "invalid_request_error", param: "model", code: "model_not_found" } }],
  ["anthropic", { type: "error", error: { type: "not_found_error", message }, request_id: "r1" }],
  [
    "cohere",
    {
      message,
      error: { message, type: "invalid_request_error", param: "model", code: "model_not_found" },
    },
  ],
])("an error in the words of %s", (dialect, body) => {
  const rendered = renderError(UNKNOWN, { compat: "none", dialect, requestId: "r1" });
  expect(rendered.status).toBe(404);
  expect(JSON.parse(rendered.body)).toEqual(body);
});

test.each<[string, GatewayError, string]>([
  ["no key", { kind: "no_key" }, "authentication_error"],
  ["no JSON", { kind: "not_json", found: "x" }, "invalid_request_error"],
  [
    "a limit",
    { kind: "rate_limited", scope: "api_key", unit: "requests", limit: 6, retryAfterSeconds: 1 },
    "rate_limit_error",
  ],
  ["a body too large", { kind: "body_too_large", limit: 1 }, "request_too_large"],
  ["none ready", { kind: "none_ready", model: "m", out: [] }, "overloaded_error"],
  ["a bug", { kind: "internal" }, "api_error"],
  [
    "a timeout",
    { kind: "upstream_failed", model: "m", reason: "timeout", attempts: 1, timeout: "total", words: null },
    "timeout_error",
  ],
])("Anthropic's type of %s", (_case, failure, type) => {
  const { body } = renderError(failure, { compat: "none", dialect: "anthropic", requestId: null });
  expect(JSON.parse(body)).toMatchObject({ type: "error", error: { type } });
});

test("Anthropic's clients find the request's id where they look for it", () => {
  expect(
    renderError(UNKNOWN, { compat: "none", dialect: "anthropic", requestId: "r1" }).headers["request-id"],
  ).toBe("r1");
  expect(
    renderError(UNKNOWN, { compat: "none", dialect: "openai", requestId: "r1" }).headers,
  ).not.toHaveProperty("request-id");
});

test.each<[Dialect, boolean, RegExp]>([
  ["openai", false, /^data: \{"error":\{"message"/],
  ["openai", true, /^event: error\ndata: \{"type":"error","code":"upstream_cut","message"/],
  ["anthropic", true, /^event: error\ndata: \{"type":"error","error":\{"type":"api_error","message"/],
])("an error within a stream in the words of %s, named: %s", (dialect, named, text) => {
  const cut: GatewayError = { kind: "upstream_cut", model: "m", cause: "cut" };
  expect(renderErrorEvent(cut, { dialect, named })).toMatch(text);
});
