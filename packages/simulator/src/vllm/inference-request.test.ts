import { expect, test } from "vitest";
import { ask } from "../../test/ask.ts";
import { chat, MESSAGES } from "../../test/chat.ts";
import { running } from "../../test/running.ts";

test("an unknown model is 404 with vLLM's text, its parameter and a number for a code", async () => {
  const simulator = await running();
  const { status, text } = await chat(simulator, { model: "gpt-4" });
  expect(status).toBe(404);
  expect(text).toBe(
    '{"error":{"message":"The model `gpt-4` does not exist. Valid aliases: gpt-oss-120b.","type":"NotFoundError","param":"model","code":404}}',
  );
});

test("every served name is taken, and the first one is echoed", async () => {
  const simulator = await running({ servedNames: ["first", "second"], loras: ["sql"] });
  expect((await chat(simulator, { model: "first" })).json().model).toBe("first");
  expect((await chat(simulator, { model: "second" })).json().model).toBe("first");
  expect((await chat(simulator, { model: "sql" })).json().model).toBe("sql");
  expect((await chat(simulator, { model: "" })).json().model).toBe("first");
  expect((await chat(simulator)).json().model).toBe("first");
});

test.each(["GPT-OSS-120B", "gpt-oss-120b ", "gpt-oss", "/models/gpt-oss-120b"])(
  "the name %j is not nearly right",
  async (model) => {
    const simulator = await running();
    expect((await chat(simulator, { model })).status).toBe(404);
  },
);

test.each([
  ["JSON that is none", "{", "body.1"],
  ["a list", "[]", "body"],
  ["no messages", "{}", "body.messages"],
  ["null messages", '{"messages":null}', "body.messages"],
])("%s is 400, never 422", async (_case, raw, param) => {
  const simulator = await running();
  const headers = { "content-type": "application/json" };
  const reply = await ask(`${simulator.url}/v1/chat/completions`, { raw, headers });
  expect(reply.status).toBe(400);
  expect(reply.json().error).toMatchObject({ type: "Bad Request", param, code: 400 });
  expect(reply.json().error.message).toMatch(/^1 validation error:\n {2}\{.*\}$/);
});

test("another content type is refused", async () => {
  const simulator = await running();
  const raw = JSON.stringify({ messages: MESSAGES });
  for (const headers of [{}, { "content-type": "text/plain" }]) {
    const reply = await ask(`${simulator.url}/v1/chat/completions`, { raw, headers });
    expect(reply.status).toBe(400);
    expect(reply.json().error.message).toBe(
      "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed",
    );
  }
  const headers = { "content-type": "application/json; charset=utf-8" };
  expect((await ask(`${simulator.url}/v1/chat/completions`, { raw, headers })).status).toBe(200);
});

test("an answer is cut to what there is room for", async () => {
  const simulator = await running({ maxModelLen: 100 });
  const messages = [{ role: "user", content: "x".repeat(352) }];
  const { choices, usage } = (await chat(simulator, { messages, max_tokens: 100 })).json();
  expect(usage).toMatchObject({ prompt_tokens: 88, completion_tokens: 12, total_tokens: 100 });
  expect(choices[0].finish_reason).toBe("length");
});

test("before vLLM cut answers, prompt and answer together had to fit", async () => {
  const simulator = await running({ maxModelLen: 100, errorBodies: "flat" });
  const messages = [{ role: "user", content: "x".repeat(200) }];
  expect((await chat(simulator, { messages, max_tokens: 50 })).status).toBe(200);
  const reply = await chat(simulator, { messages, max_tokens: 51 });
  expect(reply.status).toBe(400);
  expect(reply.json().message).toBe(
    "This model's maximum context length is 100 tokens. However, you requested 51 output tokens and your prompt " +
      "contains 50 input tokens, for a total of 101 tokens. Please reduce the length of the input prompt or the " +
      "number of requested output tokens. (parameter=input_tokens, value=50)",
  );
});

test.each([
  [
    "a temperature below 0",
    { temperature: -0.5 },
    "temperature must be non-negative, got -0.5.",
    "temperature",
  ],
  ["a top_p above 1", { top_p: 2 }, "top_p must be in (0, 1], got 2.0.", "top_p"],
  ["no token at all", { max_tokens: 0 }, "max_tokens must be at least 1, got 0.", "max_tokens"],
  ["no choice at all", { n: 0 }, "n must be at least 1, got 0.", null],
])("%s is 400", async (...[, fields, message, param]) => {
  const simulator = await running();
  const reply = await chat(simulator, fields);
  expect(reply.status).toBe(400);
  expect(reply.json().error).toMatchObject({ type: "BadRequestError", param });
  expect(reply.json().error.message.startsWith(message)).toBe(true);
});

test("a prompt that is too long by itself is refused too", async () => {
  const simulator = await running({ maxModelLen: 100 });
  const messages = [{ role: "user", content: "x".repeat(404) }];
  expect((await chat(simulator, { messages })).status).toBe(400);
});

test("the older generation is flat and the Rust one has words for codes", async () => {
  const simulator = await running({ errorBodies: "flat" });
  expect((await chat(simulator, { model: "x" })).text).toBe(
    '{"object":"error","message":"The model `x` does not exist. Valid aliases: gpt-oss-120b.","type":"NotFoundError","param":null,"code":404}',
  );
  simulator.control.setErrorBodies("rust");
  expect((await chat(simulator, { model: "x" })).text).toBe(
    '{"error":{"message":"The model `x` does not exist. Valid aliases: gpt-oss-120b.","type":"invalid_request_error","param":"model","code":"model_not_found"}}',
  );
});
