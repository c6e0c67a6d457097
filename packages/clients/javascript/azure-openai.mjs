import assert from "node:assert/strict";
import { AuthenticationError, AzureOpenAI, NotFoundError } from "openai";
import * as with_ from "./features.mjs";

// It sends the key as `api-key`, and the model as a deployment in the path.
const options = {
  apiKey: with_.KEY,
  endpoint: with_.URL_OF_GATEWAY,
  apiVersion: "2024-10-21",
  maxRetries: 0,
};
const client = new AzureOpenAI(options);
const ask = (rest = {}, by = client) =>
  by.chat.completions.create({ model: "chat", messages: with_.MESSAGES, ...rest });

await with_.tryFeatures({
  chat: async () => {
    const chat = await ask();
    assert.equal(chat.model, "chat");
    assert.ok(chat.choices[0].message.content.length > 0);
  },
  stream: async () => {
    const chunks = await with_.collect(await ask({ stream: true, stream_options: { include_usage: true } }));
    assert.ok(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("").length > 0);
    assert.equal(chunks.at(-1).usage.completion_tokens, 12);
  },
  tools: async () => {
    const [call] = (await ask({ tools: [with_.TOOL] })).choices[0].message.tool_calls;
    assert.equal(call.function.name, "get_weather");
  },
  completions: async () => {
    const { choices } = await client.completions.create({ model: "chat", prompt: with_.QUESTION });
    assert.ok(choices[0].text.length > 0);
  },
  embeddings: async () => {
    const { data } = await client.embeddings.create({ model: "embed", input: ["one", "two"] });
    assert.equal(data.length, 2);
  },
  responses: async () => {
    const response = await client.responses.create({ model: "chat", input: with_.QUESTION });
    assert.equal(response.model, "chat");
    assert.ok(response.output_text.length > 0);
  },
  "wrong-key": () =>
    with_.failsWith(AuthenticationError, () =>
      ask({}, new AzureOpenAI({ ...options, apiKey: with_.WRONG_KEY })),
    ),
  "unknown-model": () => with_.failsWith(NotFoundError, () => ask({ model: "chta" })),
});
