import assert from "node:assert/strict";
import { Agent, OpenAIProvider, Runner, tool } from "@openai/agents";
import OpenAI, { AuthenticationError, NotFoundError } from "openai";
import { z } from "zod";
import * as with_ from "./features.mjs";

const options = { apiKey: with_.KEY, baseURL: `${with_.URL_OF_GATEWAY}/v1`, maxRetries: 0 };
const runnerOf = (rest = {}, key = with_.KEY) =>
  new Runner({
    modelProvider: new OpenAIProvider({ openAIClient: new OpenAI({ ...options, apiKey: key }), ...rest }),
    tracingDisabled: true,
  });
const byDefault = runnerOf();
const chat = runnerOf({ useResponses: false });
const agentOf = (rest = {}) => new Agent({ name: "a", instructions: "Answer.", model: "chat", ...rest });
const weather = tool({
  name: "get_weather",
  description: "The weather",
  parameters: z.object({ city: z.string() }),
  execute: ({ city }) => `12 degrees in ${city}`,
});
const City = z.object({ city: z.string() });

const answers = (runner) => async () => {
  assert.ok((await runner.run(agentOf(), with_.QUESTION)).finalOutput.length > 0);
};
const streams = (runner) => async () => {
  const result = await runner.run(agentOf(), with_.QUESTION, { stream: true });
  assert.ok((await with_.collect(result.toTextStream())).length > 1);
  await result.completed;
  assert.ok(result.finalOutput.length > 0);
};
const acts = (runner) => async () => {
  const { newItems, finalOutput } = await runner.run(agentOf({ tools: [weather] }), with_.QUESTION);
  assert.deepEqual(
    newItems.map(({ type }) => type),
    ["tool_call_item", "tool_call_output_item", "message_output_item"],
  );
  assert.ok(finalOutput.length > 0);
};
const parses = (runner) => async () => {
  const { finalOutput } = await runner.run(agentOf({ outputType: City }), with_.QUESTION);
  assert.equal(typeof finalOutput.city, "string");
};

await with_.tryFeatures({
  responses: answers(byDefault),
  "responses-stream": streams(byDefault),
  "responses-structured": parses(byDefault),
  "responses-agent": acts(byDefault),
  chat: answers(chat),
  stream: streams(chat),
  structured: parses(chat),
  agent: acts(chat),
  "wrong-key": () =>
    with_.failsWith(AuthenticationError, () => runnerOf({}, with_.WRONG_KEY).run(agentOf(), with_.QUESTION)),
  "unknown-model": () =>
    with_.failsWith(NotFoundError, () => byDefault.run(agentOf({ model: "chta" }), with_.QUESTION)),
});
