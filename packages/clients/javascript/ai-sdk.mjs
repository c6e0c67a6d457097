import assert from "node:assert/strict";
import { APICallError, embedMany, generateText, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";
import * as with_ from "./features.mjs";

const City = z.object({ city: z.string() });
const get_weather = tool({ description: "The weather", inputSchema: City });
const running = tool({
  description: "The weather",
  inputSchema: City,
  execute: async ({ city }) => `12 degrees in ${city}`,
});
const QUIET = { maxRetries: 0, onError: () => {} };

/** What `ai` does with any of its providers. `modelOf` takes an alias. */
export const generates = (modelOf, model = modelOf("chat")) => ({
  text: async () => {
    const { text, usage, response } = await generateText({ model, prompt: with_.QUESTION, maxRetries: 0 });
    assert.ok(text.length > 0);
    assert.ok(usage.outputTokens > 0);
    assert.equal(response.modelId, "chat");
  },
  stream: async () => {
    const { textStream, usage, finishReason } = streamText({ model, prompt: with_.QUESTION, ...QUIET });
    assert.ok((await with_.collect(textStream)).length > 1);
    assert.ok((await usage).outputTokens > 0);
    assert.match(await finishReason, /stop|length/);
  },
  tools: async () => {
    const { toolCalls } = await generateText({
      model,
      prompt: with_.QUESTION,
      tools: { get_weather },
      maxRetries: 0,
    });
    assert.deepEqual([toolCalls[0].toolName, typeof toolCalls[0].input.city], ["get_weather", "string"]);
  },
  "tools-stream": async () => {
    const streamed = streamText({ model, prompt: with_.QUESTION, tools: { get_weather }, ...QUIET });
    await streamed.consumeStream();
    assert.equal((await streamed.toolCalls)[0].toolName, "get_weather");
  },
  structured: async () => {
    const output = Output.object({ schema: City });
    const made = await generateText({ model, prompt: with_.QUESTION, output, maxRetries: 0 });
    assert.equal(typeof made.output.city, "string");
  },
  agent: async () => {
    const { text, steps } = await generateText({
      model,
      prompt: with_.QUESTION,
      tools: { get_weather: running },
      stopWhen: stepCountIs(3),
      maxRetries: 0,
    });
    assert.equal(steps.length, 2);
    assert.ok(text.length > 0);
  },
  cut: async () => {
    const { fullStream } = streamText({ model: modelOf("cut"), prompt: with_.QUESTION, ...QUIET });
    const parts = await with_.collect(fullStream);
    assert.ok(
      parts.some(({ type }) => type === "error"),
      parts.map(({ type }) => type).join(),
    );
  },
  "unknown-model": async () => {
    const error = await with_.failsWith(APICallError, () =>
      generateText({ model: modelOf("chta"), prompt: with_.QUESTION, maxRetries: 0 }),
    );
    assert.equal(error.statusCode, 404);
    assert.match(error.message, /chta/);
  },
  abort: () =>
    with_.reachesBackend(async () => {
      const leaving = new AbortController();
      const { textStream } = streamText({
        model: modelOf("slow"),
        prompt: with_.QUESTION,
        maxOutputTokens: 1_000,
        abortSignal: leaving.signal,
        ...QUIET,
      });
      for await (const text of textStream) if (text !== "") break;
      leaving.abort();
    }),
});

export const refusesWrongKey = async (model) => {
  const error = await with_.failsWith(APICallError, () =>
    generateText({ model, prompt: with_.QUESTION, maxRetries: 0 }),
  );
  assert.equal(error.statusCode, 401);
  assert.match(error.message, /key/);
};

export const embeds = (model) => async () => {
  const { embeddings } = await embedMany({ model, values: ["one", "two"], maxRetries: 0 });
  assert.deepEqual(
    embeddings.map(([first]) => typeof first),
    ["number", "number"],
  );
};
