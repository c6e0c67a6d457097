import { describe, expect, it } from "vitest";
import { failure, response } from "../../test/answers.ts";
import { canaryFor, looksBroken, readCanary } from "./canary.ts";

describe("the smallest request", () => {
  it.each([
    ["chat", "/chat/completions", { messages: [{ role: "user", content: "Hi" }], max_tokens: 1 }],
    ["responses", "/chat/completions", { messages: [{ role: "user", content: "Hi" }], max_tokens: 1 }],
    ["completion", "/completions", { prompt: "Hi", max_tokens: 1 }],
    ["embedding", "/embeddings", { input: "Hi" }],
    ["rerank", "/rerank", { query: "Hi", documents: ["Hi"] }],
  ])("of mode %s", (mode, path, body) => {
    const canary = canaryFor(mode, "org/llama");
    expect(canary?.path).toBe(path);
    expect(JSON.parse(canary?.body ?? "")).toEqual({ model: "org/llama", ...body });
  });

  it.each(["audio_transcription", "image_generation", "moderation", ""])("is none of mode %j", (mode) => {
    expect(canaryFor(mode, "llama")).toBeNull();
  });

  it("asks for as many tokens as it is told", () => {
    expect(JSON.parse(canaryFor("chat", "llama", 8)?.body ?? "")).toMatchObject({ max_tokens: 8 });
  });
});

/** What vLLM answers. */
function completion(content: string | null, finish_reason = "length"): object {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason }],
    usage: { prompt_tokens: 9, total_tokens: 10, completion_tokens: 1 },
  };
}

describe("an answer that shows that it generates", () => {
  it.each([
    ["a chat", completion("Hello")],
    ["a chat of a reasoning model, without content yet", completion(null)],
    ["a chat that ends at once", completion("", "stop")],
    ["a completion", { object: "text_completion", choices: [{ index: 0, text: " there" }] }],
    ["an embedding", { object: "list", data: [{ object: "embedding", embedding: [0.1, -0.2] }] }],
    [
      "an embedding in base64",
      { object: "list", data: [{ object: "embedding", embedding: "zczMPc3MTL4=" }] },
    ],
    ["a rerank", { results: [{ index: 0, relevance_score: 0.9 }] }],
  ])("%s", (_what, body) => {
    expect(readCanary(response(200, body))).toBeNull();
  });

  it("429: so busy that it refuses is a sign of life", () => {
    expect(readCanary(response(429, { error: "Model is overloaded", error_type: "overloaded" }))).toBeNull();
  });
});

describe("an answer that shows that it does not", () => {
  it.each([
    ["silence, as of a hung engine", failure("PROBE_TIMEOUT"), "canary_failed"],
    ["a reset", failure("ECONNRESET"), "canary_failed"],
    ["a body that is no JSON", response(200, "<html>"), "canary_failed"],
    ["JSON that is none of an answer", response(200, "null"), "canary_failed"],
    ["no choices", response(200, { choices: [] }), "canary_failed"],
    ["nothing that was asked for", response(200, { ok: true }), "canary_failed"],
    [
      "an embedding of NaN, which JSON has as null",
      response(200, { data: [{ embedding: [null, null] }] }),
      "canary_failed",
    ],
    ["an embedding of no numbers", response(200, { data: [{ embedding: [] }] }), "canary_failed"],
    ["a request that was dropped", response(200, completion("", "abort")), "draining"],
    ["a refused key", response(401, { error: "Unauthorized" }), "wrong_key"],
    ["a forbidden one", response(403), "wrong_key"],
    [
      "a dead engine",
      response(500, {
        error: { message: "EngineCore encountered an issue. See stack trace (above)", code: 500 },
      }),
      "engine_dead",
    ],
    [
      "a dead engine of V0",
      response(500, { message: "Background loop has errored already." }),
      "engine_dead",
    ],
    ["one failed request", response(500, { error: { message: "Internal server error" } }), "canary_failed"],
    ["another route", response(404, { detail: "Not Found" }), "canary_failed"],
    ["a bad request", response(400, { error: { message: "1 validation error" } }), "canary_failed"],
  ])("is %s", (_what, answer, reason) => {
    expect(readCanary(answer)).toMatchObject({
      kind: "fault",
      reason,
      detail: expect.stringMatching(/^.+$/),
    });
  });

  it.each([
    ["llama.cpp", { error: { message: "Loading model", type: "unavailable_error", code: 503 } }],
    ["vLLM that scales", { error: "The model is currently scaling. Please try again later." }],
  ])("may be one that still loads: %s", (_who, body) => {
    expect(readCanary(response(503, body))).toMatchObject({ kind: "absent" });
  });

  it("says what to do where it has no chat template", () => {
    const message =
      "As of transformers v4.44, default chat template is no longer allowed, so you must provide a chat template if the tokenizer does not define one.";
    expect(readCanary(response(400, { error: { message, code: 400 } }))).toMatchObject({
      reason: "canary_failed",
      detail: "a request for one token is answered with 400: it has no chat template",
      fix: expect.stringContaining("--chat-template"),
    });
  });

  it("is not searched for ever", () => {
    const far = `${" ".repeat(5_000)}EngineCore encountered an issue`;
    expect(readCanary(response(500, far))).toMatchObject({ reason: "canary_failed" });
  });
});

describe("broken weights", () => {
  const text = (content: string) => response(200, completion(content));

  it.each([
    ["as many exclamation marks as asked for", text("!!!!!!!!")],
    ["with room between them", text("! ! ! ! ! ! ! !")],
    ["of a completion", response(200, { choices: [{ text: "!!!!!!!!" }] })],
  ])("show as %s", (_what, answer) => {
    expect(looksBroken(answer, 8)).toBe(true);
  });

  it.each([
    ["fewer exclamation marks than asked for", text("!!")],
    ["a word with many", text("Hi!!!!!!!!")],
    ["a word", text("Hello")],
    ["nothing", text("")],
    ["an error that quotes them", response(500, { content: "!!!!!!!!" })],
    ["no answer", failure("PROBE_TIMEOUT")],
  ])("do not show as %s", (_what, answer) => {
    expect(looksBroken(answer, 8)).toBe(false);
  });

  it("may show as one where one is asked for", () => {
    expect(looksBroken(text("!"), 1)).toBe(true);
    expect(looksBroken(text("Hi!"), 1)).toBe(false);
  });
});
