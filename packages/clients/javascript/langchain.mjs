import assert from "node:assert/strict";
import { ChatOpenAI, OpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { tool } from "@langchain/core/tools";
import { z } from "zod";
import * as with_ from "./features.mjs";

const options = {
  apiKey: with_.KEY,
  configuration: { baseURL: `${with_.URL_OF_GATEWAY}/v1` },
  maxRetries: 0,
};
const modelOf = (rest = {}) => new ChatOpenAI({ ...options, model: "chat", ...rest });
const chat = modelOf();
const responses = modelOf({ useResponsesApi: true });
const City = z.object({ city: z.string() });
const weather = tool(({ city }) => `12 degrees in ${city}`, {
  name: "get_weather",
  description: "The weather",
  schema: City,
});

const answers = (model) => async () => {
  const { text, usage_metadata: usage } = await model.invoke(with_.QUESTION);
  assert.ok(text.length > 0);
  assert.ok(usage.output_tokens > 0);
};
const streams = (model) => async () => {
  const chunks = await with_.collect(await model.stream(with_.QUESTION));
  assert.ok(chunks.filter(({ text }) => text !== "").length > 1);
  assert.ok(chunks.some(({ usage_metadata: usage }) => usage?.output_tokens > 0));
};
const calls = (model) => async () => {
  const [call] = (await model.bindTools([weather]).invoke(with_.QUESTION)).tool_calls;
  assert.deepEqual([call.name, typeof call.args.city], ["get_weather", "string"]);
};
const parses = (model) => async () => {
  const { city } = await model.withStructuredOutput(City).invoke(with_.QUESTION);
  assert.equal(typeof city, "string");
};
const fails = async (model, status) => {
  const error = await with_.failsWith(Error, () => model.invoke(with_.QUESTION));
  assert.equal(error.status, status);
};

await with_.tryFeatures({
  chat: answers(chat),
  stream: streams(chat),
  tools: calls(chat),
  structured: parses(chat),
  agent: async () => {
    const bound = chat.bindTools([weather]);
    const first = await bound.invoke(with_.QUESTION);
    const said = await weather.invoke(first.tool_calls[0]);
    const last = await bound.invoke([{ role: "user", content: with_.QUESTION }, first, said]);
    assert.ok(last.text.length > 0);
  },
  cut: () => with_.failsWith(Error, async () => with_.collect(await modelOf({ model: "cut" }).stream("hi"))),
  completions: async () => {
    const text = await new OpenAI({ ...options, model: "chat" }).invoke(with_.QUESTION);
    assert.ok(text.length > 0);
  },
  embeddings: async () => {
    const model = new OpenAIEmbeddings({ ...options, model: "team/embed" });
    assert.equal((await model.embedDocuments(["one", "two"])).length, 2);
  },
  responses: answers(responses),
  "responses-stream": streams(responses),
  "responses-tools": calls(responses),
  "responses-structured": parses(responses),
  "wrong-key": () => fails(modelOf({ apiKey: with_.WRONG_KEY }), 401),
  "unknown-model": () => fails(modelOf({ model: "chta" }), 404),
  abort: () =>
    with_.reachesBackend(async () => {
      const leaving = new AbortController();
      const stream = await modelOf({ model: "slow", maxTokens: 1_000 }).stream("hi", {
        signal: leaving.signal,
      });
      for await (const { text } of stream) if (text !== "") break;
      leaving.abort();
    }),
});
