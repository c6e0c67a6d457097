import { expect, test } from "vitest";
import type { GatewayError } from "./gateway-error.ts";
import { COMPAT_ROWS } from "./litellm-compat.ts";
import { renderError } from "./render.ts";

const failed = (reason: "timeout" | "down"): GatewayError => ({
  kind: "upstream_failed",
  model: "m",
  reason,
  attempts: 1,
  timeout: reason === "timeout" ? "total" : null,
  words: null,
});

/** In the order of the rows: what fails, and status, type and code with the switch off and on. */
const CASES: readonly [GatewayError, [number, string, string | null], [number, string, string]][] = [
  [
    { kind: "unknown_model", model: "m" },
    [404, "invalid_request_error", "model_not_found"],
    [400, "invalid_request_error", "400"],
  ],
  [
    { kind: "tags_refused", model: "m" },
    [403, "invalid_request_error", "tags_not_allowed"],
    [401, "invalid_request_error", "401"],
  ],
  [failed("timeout"), [504, "server_error", "upstream_timeout_total"], [408, "server_error", "408"]],
  [failed("down"), [502, "server_error", "upstream_error"], [500, "server_error", "500"]],
  [
    { kind: "none_ready", model: "m", out: [] },
    [503, "server_error", "model_not_ready"],
    [429, "server_error", "429"],
  ],
  [{ kind: "wrong_key" }, [401, "invalid_request_error", "invalid_api_key"], [401, "auth_error", "401"]],
  [{ kind: "body_incomplete" }, [400, "invalid_request_error", null], [400, "invalid_request_error", "400"]],
];

const told = (failure: GatewayError, compat: "none" | "litellm") => {
  const { status, body } = renderError(failure, { compat, dialect: "openai", requestId: null });
  const { error } = JSON.parse(body);
  return [status, error.type, error.code];
};

test.each(COMPAT_ROWS.map((row, index) => [row.when, index] as const))("%s", (_when, index) => {
  const [failure, off, on] = CASES[index] ?? [];
  if (failure === undefined) throw new Error("a row without a case");
  expect(told(failure, "none")).toEqual(off);
  expect(told(failure, "litellm")).toEqual(on);
});

test("there are no more rows than a person reads", () => {
  expect(COMPAT_ROWS.length).toBeLessThanOrEqual(10);
});

test("only OpenAI's shape changes", () => {
  const { status } = renderError(
    { kind: "unknown_model", model: "m" },
    { compat: "litellm", dialect: "anthropic", requestId: null },
  );
  expect(status).toBe(404);
});
