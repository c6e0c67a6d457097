import { describe, expect, test } from "vitest";
import { REASON_CODES, REASONS } from "@rollcall/contract";
import type { GatewayError } from "./gateway-error.ts";
import { toOpenAi } from "./to-openai.ts";

/** One of every kind: a kind that is missing here does not compile. */
const ONE_OF_EACH: { readonly [K in GatewayError["kind"]]: Extract<GatewayError, { kind: K }> } = {
  no_key: { kind: "no_key" },
  key_malformed: { kind: "key_malformed" },
  wrong_key: { kind: "wrong_key" },
  unknown_key: { kind: "unknown_key" },
  blocked_key: { kind: "blocked_key" },
  expired_key: { kind: "expired_key" },
  keys_unavailable: { kind: "keys_unavailable" },
  control_unavailable: { kind: "control_unavailable" },
  model_denied: { kind: "model_denied", model: "chat", by: "team" },
  route_denied: { kind: "route_denied", path: "/v1/rerank" },
  never_fits: { kind: "never_fits", scope: "team", unit: "parallel", limit: 0 },
  body_too_large: { kind: "body_too_large", limit: 1_024 },
  body_incomplete: { kind: "body_incomplete" },
  body_too_slow: { kind: "body_too_slow" },
  body_memory_full: { kind: "body_memory_full", scope: "share", retryAfterSeconds: 2 },
  bad_http: { kind: "bad_http" },
  headers_too_large: { kind: "headers_too_large", limit: 16_384 },
  request_timeout: { kind: "request_timeout" },
  too_many_connections: { kind: "too_many_connections" },
  gateway_stopping: { kind: "gateway_stopping" },
  unsupported_encoding: { kind: "unsupported_encoding", found: "gzip" },
  not_json: { kind: "not_json", found: '"hello"' },
  not_multipart: { kind: "not_multipart", found: "no Content-Type" },
  model_missing: { kind: "model_missing", found: "12" },
  model_fixed: { kind: "model_fixed", model: "voice", found: "chat" },
  model_lookalike: { kind: "model_lookalike", found: "Model" },
  foreign_visit: { kind: "foreign_visit", visit: { header: "Host", value: "evil.example" } },
  invalid_parameter: { kind: "invalid_parameter", name: "limit", found: "-1", expected: "from 1 to 1000" },
  no_route: { kind: "no_route", method: "GET", path: "/v2" },
  wrong_method: { kind: "wrong_method", method: "GET", allowed: "POST" },
  upgrade_required: { kind: "upgrade_required" },
  unknown_model: { kind: "unknown_model", model: "gpt-5" },
  wrong_mode: {
    kind: "wrong_mode",
    model: "whisper",
    mode: "audio_transcription",
    instead: "/v1/audio/transcriptions",
  },
  unknown_object: { kind: "unknown_object", id: "resp_1", param: "response_id" },
  tags_refused: { kind: "tags_refused", model: "chat" },
  unsupported_model: { kind: "unsupported_model", model: "claude", why: "another protocol" },
  unsupported_endpoint: {
    kind: "unsupported_endpoint",
    model: "chat",
    path: "/v1/rerank",
    serves: ["/v1/chat/completions", "/v1/completions"],
  },
  none_ready: { kind: "none_ready", model: "chat", out: [{ id: "chat-1", reason: "loading" }] },
  all_full: { kind: "all_full", model: "chat" },
  rate_limited: { kind: "rate_limited", scope: "api_key", unit: "requests", limit: 6, retryAfterSeconds: 7 },
  state_refused: { kind: "state_refused" },
  upstream_failed: {
    kind: "upstream_failed",
    model: "chat",
    reason: "down",
    attempts: 3,
    timeout: null,
    words: null,
  },
  upstream_answer: {
    kind: "upstream_answer",
    status: 422,
    error: { message: "no", type: "invalid_request_error", param: "p", code: "c" },
    retryAfter: null,
  },
  upstream_cut: { kind: "upstream_cut", model: "chat", cause: "cut" },
  internal: { kind: "internal" },
};

const INVALID = "invalid_request_error";

test.each<[GatewayError["kind"], number, string, string | null, string | null, object]>([
  ["no_key", 401, INVALID, null, "invalid_api_key", { "www-authenticate": "Bearer" }],
  ["key_malformed", 401, INVALID, null, "invalid_api_key", { "www-authenticate": "Bearer" }],
  ["wrong_key", 401, INVALID, null, "invalid_api_key", { "www-authenticate": "Bearer" }],
  ["body_too_large", 413, INVALID, null, "request_too_large", {}],
  ["body_incomplete", 400, INVALID, null, null, {}],
  ["body_too_slow", 408, INVALID, null, null, {}],
  ["body_memory_full", 503, "server_error", null, "request_memory_full", { "retry-after": "2" }],
  ["bad_http", 400, INVALID, null, null, {}],
  ["headers_too_large", 431, INVALID, null, null, {}],
  ["request_timeout", 408, INVALID, null, null, {}],
  ["too_many_connections", 429, "rate_limit_error", null, "too_many_connections", { "retry-after": "1" }],
  ["gateway_stopping", 503, "server_error", null, "gateway_stopping", { "retry-after": "1" }],
  ["unknown_key", 401, "token_not_found_in_db", "key", "invalid_api_key", { "www-authenticate": "Bearer" }],
  ["blocked_key", 401, "token_not_found_in_db", "key", "invalid_api_key", { "www-authenticate": "Bearer" }],
  ["expired_key", 401, "expired_key", "key", "invalid_api_key", { "www-authenticate": "Bearer" }],
  ["keys_unavailable", 503, "server_error", null, "keys_unavailable", { "retry-after": "5" }],
  ["control_unavailable", 503, "server_error", null, "control_unavailable", { "retry-after": "1" }],
  ["model_denied", 403, "team_model_access_denied", "model", "team_model_access_denied", {}],
  ["route_denied", 403, "auth_error", null, "route_not_allowed", {}],
  ["never_fits", 400, "bad_request_error", null, "limit_never_fits", {}],
  [
    "rate_limited",
    429,
    "rate_limit_error",
    null,
    "rate_limit_exceeded",
    {
      "retry-after": "7",
      rate_limit_type: "requests",
      "x-ratelimit-limit-requests": "6",
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "7s",
    },
  ],
  ["unsupported_encoding", 415, INVALID, null, "unsupported_media_type", { "accept-encoding": "identity" }],
  ["not_json", 400, INVALID, null, null, {}],
  ["not_multipart", 400, INVALID, null, null, {}],
  ["model_missing", 400, INVALID, "model", null, {}],
  ["model_fixed", 400, INVALID, "model", null, {}],
  ["model_lookalike", 400, INVALID, "model", null, {}],
  ["foreign_visit", 403, INVALID, null, "host_not_allowed", {}],
  ["invalid_parameter", 400, INVALID, "limit", null, {}],
  ["no_route", 404, INVALID, null, "unknown_url", {}],
  ["wrong_method", 405, INVALID, null, null, { allow: "POST" }],
  ["upgrade_required", 426, INVALID, null, null, { upgrade: "websocket", connection: "upgrade, close" }],
  ["unknown_model", 404, INVALID, "model", "model_not_found", {}],
  ["wrong_mode", 400, INVALID, "model", null, {}],
  ["unknown_object", 404, INVALID, "response_id", null, {}],
  ["unsupported_endpoint", 404, INVALID, "model", "unsupported_endpoint", {}],
  ["tags_refused", 403, INVALID, null, "tags_not_allowed", {}],
  ["unsupported_model", 404, INVALID, "model", "model_not_found", {}],
  [
    "none_ready",
    503,
    "server_error",
    null,
    "model_not_ready",
    { "x-rollcall-reason": "loading", "retry-after": "5" },
  ],
  [
    "all_full",
    429,
    "rate_limit_error",
    null,
    "rate_limit_exceeded",
    { "x-rollcall-reason": "full", "retry-after": "1" },
  ],
  [
    "state_refused",
    503,
    "server_error",
    null,
    "state_stale",
    { "x-rollcall-reason": "state_stale", "retry-after": "5" },
  ],
  ["upstream_failed", 502, "server_error", null, "upstream_error", { "x-rollcall-reason": "down" }],
  ["upstream_answer", 422, INVALID, "p", "c", {}],
  ["upstream_cut", 502, "server_error", null, "upstream_cut", {}],
  ["internal", 500, "server_error", null, "internal_error", {}],
])("%s is %i %s with param %j and code %j", (kind, status, ...[type, param, code, headers]) => {
  const answer = toOpenAi(ONE_OF_EACH[kind]);
  expect(answer).toEqual({
    status,
    headers,
    error: { message: expect.any(String) as string, type, param, code },
  });
  expect(answer.error.message).not.toBe("");
});

test("every kind of failure stands in the table above once, with all four fields", () => {
  for (const failure of Object.values(ONE_OF_EACH)) {
    expect(Object.keys(toOpenAi(failure).error)).toEqual(["message", "type", "param", "code"]);
  }
});

describe("messages tell what to do next", () => {
  test.each<[GatewayError["kind"], RegExp]>([
    ["no_key", /Authorization: Bearer <key>/],
    ["body_too_large", /1024 bytes/],
    ["headers_too_large", /16384 bytes/],
    ["rate_limited", /api_key.*requests.*6.*7 s/],
    ["not_json", /found "hello"/],
    ["not_multipart", /found no Content-Type/],
    ["model_missing", /found 12/],
    ["model_lookalike", /`Model` is not `model`/],
    ["foreign_visit", /`Host: evil.example`.*rollcall\.gateway\.allowed_hosts/],
    ["key_malformed", /Authorization must be `Bearer <key>`/],
    ["unsupported_encoding", /`gzip` is not supported/],
    ["invalid_parameter", /`limit` must be from 1 to 1000: found -1/],
    [
      "no_route",
      /GET \/v2\. Rollcall serves, below \/v1: chat\/completions, .* and more: see GET \/routes\./,
    ],
    ["wrong_method", /GET is not allowed here: use POST/],
    ["upgrade_required", /`Upgrade: websocket`/],
    ["model_fixed", /with the model `voice`.*for `chat`/],
    ["unknown_model", /`gpt-5` does not exist.*\/v1\/models/],
    ["tags_refused", /tags of the request are those of no deployment of `chat`/],
    ["unsupported_model", /`claude`.*another protocol/],
    [
      "unsupported_endpoint",
      /^The model `chat` has no \/v1\/rerank: it serves \/v1\/chat\/completions, \/v1\/completions\.$/,
    ],
    ["none_ready", /`chat` is still loading; try again in about 5 s \(chat-1: loading\)/],
    ["all_full", /`chat`/],
    ["upstream_failed", /`chat`.*3 attempts/],
    ["upstream_cut", /`chat`.*not complete/],
  ])("%s: %s", (kind, expected) => {
    expect(toOpenAi(ONE_OF_EACH[kind]).error.message).toMatch(expected);
  });

  test("a mistyped model: which one was meant, where that is known", () => {
    const messageOf = (meant: string | null) =>
      toOpenAi({ kind: "unknown_model", model: "codr", meant }).error.message;
    expect(messageOf("coder")).toContain("`codr` does not exist. Did you mean `coder`? GET /v1/models");
    expect(messageOf(null)).not.toContain("Did you mean");
  });

  test("what loads, when it is expected back, whatever else is out", () => {
    const out = [
      { id: "chat-1", reason: "wrong_name" as const },
      { id: "chat-2", reason: "loading" as const, readyInMs: 11_500 },
    ];
    const { error, headers } = toOpenAi({ kind: "none_ready", model: "chat", out });
    expect(error.message).toBe(
      "The model `chat` is still loading; try again in about 12 s (chat-1: wrong_name, chat-2: loading).",
    );
    expect(headers["retry-after"]).toBe("12");
  });

  test.each<(text: string) => GatewayError>([
    (path) => ({ kind: "no_route", method: "GET", path }),
    (model) => ({ kind: "unknown_model", model }),
    (model) => ({ kind: "unknown_model", model: "a", meant: model, serves: [model] }),
    (model) => ({ kind: "tags_refused", model }),
    (model) => ({ kind: "unsupported_model", model, why: "why" }),
    (model) => ({ kind: "unsupported_endpoint", model, path: "/v1/rerank", serves: [] }),
    (model) => ({ kind: "none_ready", model, out: [] }),
    (model) => ({ kind: "all_full", model }),
    (model) => ({ kind: "upstream_failed", model, reason: "down", attempts: 1, timeout: null, words: null }),
    (model) => ({ kind: "upstream_cut", model, cause: "cut" }),
  ])("what an app sent is clipped: %s", (failureOn) => {
    expect(toOpenAi(failureOn("x".repeat(100))).error.message).toContain("x".repeat(100));
    const { message } = toOpenAi(failureOn("x".repeat(1_000_000))).error;
    expect(message).toContain(`${"x".repeat(97)}...`);
    expect(message).not.toContain("x".repeat(98));
  });
});

describe("none ready", () => {
  const noneReady = (...reasons: (typeof REASON_CODES)[number][]) =>
    toOpenAi({
      kind: "none_ready",
      model: "chat",
      out: reasons.map((reason, index) => ({ id: `chat-${index}`, reason })),
    });

  test.each(REASON_CODES.filter((code) => code !== "loading"))(
    "because of %s: the header has the code, the message its meaning",
    (reason) => {
      const { headers, error } = noneReady(reason);
      expect(headers["x-rollcall-reason"]).toBe(reason);
      expect(error.message).toContain(REASONS[reason].meaning);
    },
  );

  test.each(REASON_CODES)("because of %s: a client is told either when to come back or not to", (reason) => {
    const { headers } = noneReady(reason);
    const { needsOperator } = REASONS[reason];
    expect(headers["retry-after"]).toBe(needsOperator ? undefined : "5");
    expect(headers["x-should-retry"]).toBe(needsOperator ? "false" : undefined);
  });

  test("what passes without a person's doing is worth coming back for", () => {
    for (const reason of ["draining", "down", "timeout", "server_error"] as const)
      expect(noneReady(reason).headers).toMatchObject({ "retry-after": "5" });
  });

  test("of several reasons the one that gives hope is told, and all of them are named", () => {
    const { headers, error } = noneReady("wrong_name", "loading", "down");
    expect(headers).toEqual({ "x-rollcall-reason": "loading", "retry-after": "5" });
    expect(error.message).toContain("(chat-0: wrong_name, chat-1: loading, chat-2: down)");
  });

  test("of several reasons without hope the first is told", () => {
    expect(noneReady("wrong_key", "wrong_name").headers["x-rollcall-reason"]).toBe("wrong_key");
  });
});

describe("upstream failed", () => {
  test.each(REASON_CODES)("because of %s: the header has the code, the message its meaning", (reason) => {
    const { headers, error, status } = toOpenAi({
      kind: "upstream_failed",
      model: "chat",
      reason,
      timeout: null,
      words: null,
      attempts: 1,
    });
    expect(headers["x-rollcall-reason"]).toBe(reason);
    const meaning =
      reason === "down"
        ? "The backend could not be reached, or dropped the connection."
        : REASONS[reason].meaning;
    expect(error.message).toContain(meaning);
    expect(error.message).toContain("one attempt");
    expect(status).toBe(reason === "timeout" ? 504 : REASONS[reason].definite ? 503 : 502);
  });
});

test("what the backend said of it is told", () => {
  const { error } = toOpenAi({ ...ONE_OF_EACH.upstream_failed, words: "The server said: CUDA error" });
  expect(error.message).toMatch(/\. The server said: CUDA error$/);
});

test("a backend's own answer goes on with its Retry-After", () => {
  const answer = toOpenAi({ ...ONE_OF_EACH.upstream_answer, status: 429, retryAfter: "7" });
  expect(answer.status).toBe(429);
  expect(answer.headers).toEqual({ "retry-after": "7" });
});

test("every reason has a meaning and a fix", () => {
  for (const reason of REASON_CODES) {
    expect(REASONS[reason].meaning).toMatch(/^[A-Z].*\.$/);
    expect(REASONS[reason].fix).toMatch(/^[A-Z].*\.$/);
  }
});
