import { describe, expect, test } from "vitest";
import type { Reason } from "@rollcall/contract";
import { classifyAnswer, classifyFirstEvent, hideName } from "./classify-answer.ts";

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
    ["our key", 401, { error: "Unauthorized" }, "wrong_key", true],
    ["our key, with no body", 401, "", "wrong_key", true],
    ["our key, forbidden", 403, { error: { message: "Forbidden" } }, "wrong_key", true],
    [
      "a dead engine",
      500,
      { error: { message: ENGINE_DEAD, type: "InternalServerError", code: 500 } },
      "engine_dead",
      true,
    ],
    [
      "an old dead engine",
      500,
      { object: "error", message: "Background loop has errored already.", code: 500 },
      "engine_dead",
      true,
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
      "a scaling model",
      503,
      { error: "The model is currently scaling. Please try again later." },
      "server_error",
      false,
    ],
    ["a proxy's 502", 502, "<html><h1>502 Bad Gateway</h1></html>", "proxy_error", false],
    ["a proxy's 503 in words", 503, "no healthy upstream", "proxy_error", false],
    ["a proxy's empty 504", 504, "", "proxy_error", false],
    ["a redirect", 302, "", "not_openai", true],
    ["a redirect that says so", 307, "<a href=/login>", "not_openai", true],
  ])("%s: %i", (_case, status, ...[body, reason, definite]) => {
    expect(read(status, body)).toMatchObject({ reason, isDefinite: definite, retryable: true, answer: null });
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
    ["a framework's: the route is missing, not the name", 404, { detail: "Not Found" }, invalid("Not Found")],
    [
      "another model's name, which the request brought along",
      404,
      { error: { message: "The model `adapter` does not exist.", type: "NotFoundError", code: 404 } },
      invalid("The model `adapter` does not exist."),
    ],
    ["a framework's: the method", 405, { detail: "Method Not Allowed" }, invalid("Method Not Allowed")],
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

describe("the first event of a stream", () => {
  const first = (text: string) => classifyFirstEvent(Buffer.from(text), NAMES);
  const event = (body: unknown) => first(`data: ${JSON.stringify(body)}\n\n`);

  test.each([
    ["a chat's role", 'data: {"id":"x","choices":[]}\n\n'],
    ["the end", "data: [DONE]\n\n"],
    ["a comment", ": ping\n\n"],
    ["nothing", "data:\n\n"],
    ["a text that speaks of an error", 'data: {"choices":[{"text":"{\\"error\\":1}"}]}\n\n'],
    ["an error that cannot be read", 'data: {"error":\n\n'],
    ["no error at all", 'data: {"error":null}\n\n'],
  ])("%s is no refusal", (_case, text) => {
    expect(first(text)).toBe(null);
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

  test.each([
    ["with spaces in it", 'data: { "error" : {"message":"boom","code":500}}\n\n'],
    ["without one behind the colon", 'data:{"error":{"message":"boom","code":500}}\n\n'],
    ["ended by CR LF", 'data: {"error":{"message":"boom","code":500}}\r\n\r\n'],
    ["followed by the end", 'data: {"error":{"message":"boom","code":500}}\n\ndata: [DONE]\n\n'],
    ["that has no end", 'data: {"error":{"message":"boom","code":500}}'],
  ])("an error is read %s", (_case, text) => {
    expect(first(text)?.reason).toBe("server_error");
  });
});

test("a route that this model does not offer (501) is the request's fault, and is told as it was said", () => {
  const body = JSON.stringify({
    error: { message: "The model does not support Embeddings API", type: "NotImplementedError", code: 501 },
  });
  const failure = classifyAnswer({ status: 501, body, retryAfter: null }, { alias: "chat", upstream: "up" });
  expect(failure).toMatchObject({ retryable: false, answer: { status: 501 } });
  expect(failure.answer?.error.message).toBe("The model does not support Embeddings API");
});
