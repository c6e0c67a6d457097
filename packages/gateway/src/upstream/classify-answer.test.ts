import { describe, expect, test } from "vitest";
import type { Reason } from "@rollcall/contract";
import { hideName } from "./backend-words.ts";
import { classifyAnswer, classifyErrorText } from "./classify-answer.ts";

const NAMES = { alias: "chat", upstream: "org/upstream-model" };

const read = (status: number, body: unknown, retryAfter: string | null = null) =>
  classifyAnswer({ status, body: typeof body === "string" ? body : JSON.stringify(body), retryAfter }, NAMES);

const WRONG_MODEL = "The model `org/upstream-model` does not exist.";
const ENGINE_DEAD = "EngineCore encountered an issue. See stack trace (above) for the root cause.";

describe("the backend is at fault: another one may do better", () => {
  test.each<[string, number, unknown, Reason, boolean]>([
    [
      "the name, nested",
      404,
      { error: { message: WRONG_MODEL, type: "NotFoundError", param: "model", code: 404 } },
      "wrong_name",
      true,
    ],
    [
      "the name, nested before there was a param",
      404,
      { error: { message: WRONG_MODEL, type: "NotFoundError", param: null, code: 404 } },
      "wrong_name",
      true,
    ],
    [
      "the name, flat",
      404,
      { object: "error", message: WRONG_MODEL, type: "NotFoundError", param: null, code: 404 },
      "wrong_name",
      true,
    ],
    [
      "the name, of the Rust frontend",
      404,
      {
        error: {
          message: WRONG_MODEL,
          type: "invalid_request_error",
          param: "model",
          code: "model_not_found",
        },
      },
      "wrong_name",
      true,
    ],
    [
      "the name, of another server",
      404,
      {
        error: {
          message: "model 'org/upstream-model' not found",
          type: "not_found_error",
          param: null,
          code: null,
        },
      },
      "wrong_name",
      true,
    ],
    ["our key", 401, { error: "Unauthorized" }, "wrong_key", false],
    ["our key, with no body", 401, "", "wrong_key", false],
    [
      "a dead engine",
      500,
      { error: { message: ENGINE_DEAD, type: "InternalServerError", code: 500 } },
      "engine_dead",
      false,
    ],
    [
      "an old dead engine",
      500,
      { object: "error", message: "Background loop has errored already.", code: 500 },
      "engine_dead",
      false,
    ],
    [
      "an engine with an empty error",
      500,
      { error: { message: "", type: "EngineGenerateError", code: 500 } },
      "server_error",
      false,
    ],
    ["an empty 500", 500, "", "server_error", false],
    ["an HTML 500", 500, "<html>oops</html>", "server_error", false],
    [
      "a server that shuts down",
      500,
      {
        error: {
          message: "cannot schedule new futures after shutdown",
          type: "InternalServerError",
          code: 500,
        },
      },
      "draining",
      false,
    ],
    ["a proxy's 502", 502, "<html><h1>502 Bad Gateway</h1></html>", "proxy_error", false],
    ["a proxy's 503 in words", 503, "no healthy upstream", "proxy_error", false],
    ["a proxy's empty 504", 504, "", "proxy_error", false],
    ["a redirect", 302, "", "not_openai", false],
    ["a redirect that says so", 307, "<a href=/login>", "not_openai", false],
  ])("%s: %i", (_case, status, ...[body, reason, definite]) => {
    expect(read(status, body)).toMatchObject({ reason, isDefinite: definite, retryable: true, answer: null });
  });

  test("a filter that refuses what was asked is told as 403 if that was the last", () => {
    expect(read(403, { error: { message: "Forbidden" } })).toMatchObject({
      reason: "wrong_key",
      retryable: true,
      isDefinite: false,
      answer: { status: 403, error: { message: "Forbidden", type: "invalid_request_error" } },
    });
    expect(read(403, "<html>Ray 4f3a</html>").answer?.error.message).toBe(
      "The model's server refused the request (403).",
    );
  });

  test.each<[string, number, unknown, string | null]>([
    ["a scaling model", 503, { error: "The model is currently scaling. Please try again later." }, null],
    ["a server that loads", 503, { error: { message: "Loading model", type: "unavailable_error" } }, null],
    ["a proxy that says when to come back", 503, "<html>busy</html>", "7"],
    ["an overloaded one", 529, { error: { message: "Overloaded", type: "overloaded_error" } }, "3"],
  ])("%s (%i) is let alone, and told with its status and Retry-After", (_who, status, ...[body, after]) => {
    expect(read(status, body, after)).toMatchObject({
      reason: "server_error",
      retryable: true,
      isBusy: true,
      answer: { status, retryAfter: after, error: { type: "server_error", code: "upstream_overloaded" } },
    });
  });

  test.each<[string, number, unknown, string | null]>([
    ["a message", 500, { error: { message: "CUDA error: out of memory" } }, "CUDA error: out of memory"],
    ["a plain text", 500, "Internal Server Error", "Internal Server Error"],
    ["the upstream's name", 500, { error: { message: "org/upstream-model failed" } }, "chat failed"],
    [
      "addresses",
      500,
      { error: { message: "no answer from http://10.0.0.3:80/x, 10.0.0.4:99 and gpu-1.internal:5000" } },
      "no answer from [address], [address] and [address]",
    ],
    ["a long text", 500, { error: { message: "x ".repeat(5_000) } }, "x ".repeat(500).trim()],
    ["nothing", 500, { error: { message: "" } }, null],
    ["a page", 500, "<html>oops</html>", null],
  ])("words fit for the app are made of %s", (_what, status, ...[body, words]) => {
    expect(read(status, body).words).toBe(words === null ? null : `The server said: ${words}`);
  });

  test.each<[string, object | string, object | string, boolean]>([
    ["the same words", { error: "boom" }, { error: "boom" }, true],
    ["but for ids and times", { error: "r-17 at 12:01: boom" }, { error: "r-18 at 12:02: boom" }, true],
    ["other words", { error: "boom" }, { error: "bang" }, false],
  ])("two refusals are the same by %s: %#", (_by, one, ...[other, same]) => {
    expect(read(500, one).refusal === read(500, other).refusal).toBe(same);
    expect(read(500, one).refusal).not.toBe(read(403, one).refusal);
  });

  test.each<[string, number, unknown]>([
    ["an empty error", 500, { error: { message: "", type: "EngineGenerateError" } }],
    ["a proxy's page", 502, "<html>Bad Gateway</html>"],
    ["a server that shuts down", 500, { error: { message: "cannot schedule new futures after shutdown" } }],
    ["overload", 429, ""],
  ])("%s says nothing of the request, however many say it", (_what, status, body) => {
    expect(read(status, body).refusal).toBe(null);
  });

  test("a redirect is named by where it leads, without its host", () => {
    const to = (location: string) =>
      classifyAnswer({ status: 307, body: "", retryAfter: null, location }, NAMES).words;
    expect(to("https://host.internal/v1/x")).toBe(
      "It answers POST with a redirect (307) to an https address.",
    );
    expect(to("/v1/x/")).toBe("It answers POST with a redirect (307) to another path.");
  });

  test("overload and a server's own time limit are tried elsewhere, and told as they are if that was the last", () => {
    expect(read(429, { error: { message: "Slow down", code: "rate_limit_exceeded" } }, "3")).toMatchObject({
      reason: "server_error",
      retryable: true,
      isDefinite: false,
      answer: {
        status: 429,
        retryAfter: "3",
        error: { message: "Slow down", type: "rate_limit_error", param: null, code: "rate_limit_exceeded" },
      },
    });
    expect(read(429, "").answer?.error).toEqual({
      message: "The model's server refused the request (429).",
      type: "rate_limit_error",
      param: null,
      code: "rate_limit_exceeded",
    });
    expect(read(408, "")).toMatchObject({ reason: "timeout", retryable: true, answer: { status: 408 } });
  });
});

describe("the request is at fault: no other backend is asked, and nothing is held against this one", () => {
  const invalid = (message: string, param: string | null = null, code: string | null = null) => ({
    message,
    type: "invalid_request_error",
    param,
    code,
  });

  test.each<[string, number, unknown, object]>([
    [
      "nested",
      400,
      { error: { message: "bad", type: "BadRequestError", param: "top_p", code: 400 } },
      invalid("bad", "top_p"),
    ],
    [
      "flat",
      400,
      { object: "error", message: "bad", type: "BadRequestError", param: null, code: 400 },
      invalid("bad"),
    ],
    [
      "of the Rust frontend",
      400,
      { error: { message: "bad", type: "invalid_request_error", param: "n", code: "invalid_request" } },
      invalid("bad", "n", "invalid_request"),
    ],
    ["a string", 400, { error: "bad" }, invalid("bad")],
    [
      "another model's name, which the request brought along",
      404,
      { error: { message: "The model `adapter` does not exist.", type: "NotFoundError", code: 404 } },
      invalid("The model `adapter` does not exist."),
    ],
    [
      "a media that cannot be processed",
      422,
      { error: { message: "bad url", type: "UnprocessableEntityError", code: 422 } },
      invalid("bad url"),
    ],
    ["plain text", 400, "no good", invalid("no good")],
    [
      "a page",
      413,
      "<html><h1>413 Request Entity Too Large</h1></html>",
      invalid("The model's server refused the request (413)."),
    ],
    ["nothing", 400, "", invalid("The model's server refused the request (400).")],
    [
      "another thing that is not found",
      404,
      { error: { message: "No such adapter", type: "NotFoundError", param: "lora", code: 404 } },
      invalid("No such adapter", "lora"),
    ],
  ])("%s", (_case, status, ...[body, error]) => {
    const failure = read(status, body);
    expect(failure).toMatchObject({ retryable: false, isDefinite: false });
    expect(failure.answer).toEqual({ status, error, retryAfter: null });
  });

  test.each([
    "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the messages, 1000 in the completion). Please reduce the length of the messages or completion.",
    "This model's maximum context length is 4096 tokens. However, your request has 5000 input tokens. Please reduce the length of the input messages.",
    "'max_tokens' or 'max_completion_tokens' is too large: 9000. This model's maximum context length is 4096 tokens and your request has 10 input tokens (9000 > 4096 - 10).",
    "This model's maximum context length is 4096 tokens. However, you requested 100 output tokens and your prompt contains at least 5000 input tokens, for a total of at least 5100 tokens. Please reduce the length of the input prompt or the number of requested output tokens. (parameter=input_tokens, value=5000)",
    "Input length (5000) exceeds model's maximum context length (4096).",
    "The prompt (total length 5000) is longer than the maximum model length of 4096.",
  ])("too long a context is told by its code: %s", (message) => {
    const error = { message, type: "BadRequestError", param: null, code: 400 };
    expect(read(400, { error }).answer?.error).toEqual(invalid(message, null, "context_length_exceeded"));
    expect(read(400, { object: "error", ...error }).answer?.error.code).toBe("context_length_exceeded");
  });

  test.each<[string, string]>([
    ["an image to a text model", "image input is not supported - hint: you may need to provide the mmproj"],
    ["no JSON", "[json.exception.parse_error.101] parse error at line 1, column 71"],
    ["what its template refuses", "Jinja Exception: Conversation roles must alternate"],
  ])("llama.cpp's 500 for %s is told as 400", (_what, message) => {
    const failure = read(500, { error: { code: 500, message, type: "server_error" } });
    expect(failure).toMatchObject({ reason: "ok", retryable: false });
    expect(failure.answer).toEqual({ status: 400, error: invalid(message), retryAfter: null });
  });

  test("too long a context for llama.cpp, and too long an answer for vLLM, are told by the code", () => {
    const llamacpp = {
      code: 400,
      message: "request (3024 tokens) exceeds the available context size (1024 tokens), try increasing it",
      type: "exceed_context_size_error",
      n_ctx: 1024,
    };
    expect(read(400, { error: llamacpp }).answer?.error.code).toBe("context_length_exceeded");
    const vllm =
      "max_tokens=99999 cannot be greater than max_model_len=512. Please request fewer output tokens.";
    expect(
      read(400, { error: { message: vllm, type: "BadRequestError", param: "max_tokens", code: 400 } }).answer
        ?.error,
    ).toEqual(invalid(vllm, "max_tokens", "context_length_exceeded"));
  });

  test("of an error body that was cut the message is told as far as it goes", () => {
    const message = `This model's maximum context length is 10 tokens. Input: "${"A".repeat(20_000)}`;
    const whole = JSON.stringify({ error: { message, type: "BadRequestError" } });
    const { answer } = read(400, whole.slice(0, 10_000));
    expect(answer?.error.message).toBe(message.slice(0, 8_000));
    expect(answer?.error.code).toBe("context_length_exceeded");
    expect(read(400, '{"error":{"message":"half an esc\\u12').answer?.error.message).toContain("half an esc");
  });

  test("a long text is clipped", () => {
    expect(read(400, "x".repeat(100_000)).answer?.error.message).toHaveLength(1_000);
  });
});

describe("the upstream's name", () => {
  test("is nowhere in a message: the alias stands in its place", () => {
    const message = "`org/upstream-model` has no template; ask for org/upstream-model differently";
    expect(read(400, { error: { message } }).answer?.error.message).toBe(
      "`chat` has no template; ask for chat differently",
    );
    expect(read(400, "org/upstream-model says no").answer?.error.message).toBe("chat says no");
  });

  test("is left where it is the alias", () => {
    expect(hideName("`m` says no", { alias: "m", upstream: "m" })).toBe("`m` says no");
  });

  test.each(["$&", "$`", "$1", "$$"])("is hidden behind the alias %j as behind any other", (alias) => {
    expect(hideName("no up here", { alias, upstream: "up" })).toBe(`no ${alias} here`);
  });
});

describe("an error where an answer was promised", () => {
  const event = (body: unknown) => classifyErrorText(JSON.stringify(body), NAMES);

  test.each([
    ["a chat's role", '{"id":"x","choices":[]}'],
    ["the end", "[DONE]"],
    ["nothing", ""],
    ["a text that speaks of an error", '{"choices":[{"text":"{\\"error\\":1}"}]}'],
    ["an error that cannot be read", '{"error":'],
    ["no error at all", '{"error":null}'],
  ])("is not %s", (_case, text) => {
    expect(classifyErrorText(text, NAMES)).toBe(null);
  });

  test.each<[string, unknown, Partial<{ reason: Reason; retryable: boolean }>]>([
    [
      "a dead engine",
      { error: { message: ENGINE_DEAD, type: "InternalServerError", code: 500 } },
      { reason: "engine_dead", retryable: true },
    ],
    [
      "a dead engine labelled as the request's fault",
      { error: { message: ENGINE_DEAD, type: "BadRequestError", code: 400 } },
      { reason: "engine_dead", retryable: true },
    ],
    [
      "an old dead engine, flat in nested",
      { error: { object: "error", message: ENGINE_DEAD, type: "BadRequestError", code: 400 } },
      { reason: "engine_dead", retryable: true },
    ],
    ["flat", { object: "error", message: "boom", code: 500 }, { reason: "server_error", retryable: true }],
    [
      "the name",
      { error: { message: WRONG_MODEL, type: "NotFoundError", param: "model", code: 404 } },
      { reason: "wrong_name", retryable: true },
    ],
    ["overload", { error: { message: "slow down", code: 429 } }, { reason: "server_error", retryable: true }],
    [
      "no status in it",
      { error: { message: "boom", type: "x", code: null } },
      { reason: "server_error", retryable: true },
    ],
    [
      "a status that is none",
      { error: { message: "boom", code: 200 } },
      { reason: "server_error", retryable: true },
    ],
    [
      "a text alone",
      { error: "CUDA out of memory", error_type: "generation" },
      { reason: "server_error", retryable: true },
    ],
    ["a framework's", { detail: "Model overloaded" }, { reason: "server_error", retryable: true }],
    ["a status in quotes", { error: { message: "bad", code: "400" } }, { retryable: false }],
    ["only its type", { error: { message: "bad", type: "BadRequestError" } }, { retryable: false }],
    [
      "the request's own fault",
      { error: { message: "bad", type: "BadRequestError", code: 400 } },
      { retryable: false },
    ],
  ])("an error is a refusal: %s", (_case, body, expected) => {
    expect(event(body)).toMatchObject(expected);
  });

  test("the request's own fault gets the status that was in it", () => {
    expect(event({ error: { message: "bad", type: "BadRequestError", code: 422 } })?.answer).toMatchObject({
      status: 422,
      error: { message: "bad" },
    });
  });
});

test("a feature that this model does not offer (501) is the request's fault, and is told as it was said", () => {
  const body = JSON.stringify({
    error: { message: "Forced tool calls are not implemented", type: "NotImplementedError", code: 501 },
  });
  const failure = classifyAnswer({ status: 501, body, retryAfter: null }, { alias: "chat", upstream: "up" });
  expect(failure).toMatchObject({ retryable: false, answer: { status: 501 } });
  expect(failure.answer?.error.message).toBe("Forced tool calls are not implemented");
});

describe("a route that is missing is nobody's fault, and another deployment may have it", () => {
  test.each<[string, number, unknown]>([
    ["vLLM's and other frameworks'", 404, { detail: "Not Found" }],
    ["the method", 405, { detail: "Method Not Allowed" }],
    ["llama.cpp's", 404, { error: { message: "File Not Found", type: "not_found_error", code: 404 } }],
    [
      "llama.cpp's that is switched off",
      501,
      {
        error: { code: 501, message: "This server does not support reranking.", type: "not_supported_error" },
      },
    ],
    ["vLLM's before 0.12", 400, { object: "error", message: "The model does not support Embeddings API" }],
    ["Ollama's", 404, "404 page not found"],
    ["TEI's and TGI's", 404, ""],
  ])("%s", (_whose, status, body) => {
    const failure = read(status, body);
    expect(failure).toMatchObject({
      reason: "ok",
      lacksEndpoint: true,
      retryable: false,
      isDefinite: false,
      refusal: null,
      answer: null,
      status,
    });
  });

  test("LM Studio's, under a 200", () => {
    const text = '{"error":"Unexpected endpoint or method. (POST /v1/rerank)"}';
    expect(classifyErrorText(text, { alias: "chat", upstream: "m" })).toMatchObject({ lacksEndpoint: true });
  });

  test.each<[string, number, unknown]>([
    ["an unknown model", 404, { error: { message: WRONG_MODEL, type: "NotFoundError", code: 404 } }],
    ["an unknown answer", 404, { error: { message: "Response with id 'x' not found.", code: 404 } }],
    ["a wrong request", 400, { error: { message: "bad", type: "BadRequestError", code: 400 } }],
    ["a feature that is missing", 501, { error: { message: "no tools", type: "NotImplementedError" } }],
  ])("and %s is something else", (_what, status, body) => {
    expect(read(status, body).lacksEndpoint).toBe(false);
  });
});
