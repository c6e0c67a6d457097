import assert from "node:assert/strict";
import Anthropic, {
  APIConnectionTimeoutError,
  APIError,
  AuthenticationError,
  NotFoundError,
} from "@anthropic-ai/sdk";
import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import { z } from "zod";
import * as with_ from "./features.mjs";

const options = { apiKey: with_.KEY, baseURL: with_.URL_OF_GATEWAY, maxRetries: 0 };
const client = new Anthropic(options);
const ASKED = { model: "chat", max_tokens: 100, messages: with_.MESSAGES };
const TOOL = { name: "get_weather", input_schema: with_.WEATHER };

await with_.tryFeatures({
  messages: async () => {
    const message = await client.messages.create(ASKED);
    assert.deepEqual([message.model, message.role, message.type], ["chat", "assistant", "message"]);
    assert.ok(message.content[0].text.length > 0);
    assert.ok(message.usage.output_tokens > 0);
    const bearer = new Anthropic({ ...options, apiKey: null, authToken: with_.KEY });
    assert.equal((await bearer.beta.messages.create({ ...ASKED, betas: ["x"] })).model, "chat");
  },
  "messages-stream": async () => {
    const stream = client.messages.stream(ASKED);
    const events = await with_.collect(stream);
    assert.equal(events[0].message.model, "chat");
    assert.equal(events.at(-1).type, "message_stop");
    const { content, stop_reason: reason, usage } = await stream.finalMessage();
    assert.ok(content[0].text.length > 0 && reason !== null && usage.output_tokens > 0);
  },
  "messages-tools": async () => {
    const { content, stop_reason: reason } = await client.messages.create({ ...ASKED, tools: [TOOL] });
    assert.deepEqual([content[0].type, content[0].name, reason], ["tool_use", "get_weather", "tool_use"]);
    const streamed = await client.messages.stream({ ...ASKED, tools: [TOOL] }).finalMessage();
    assert.deepEqual(streamed.content[0].input, content[0].input);
  },
  "messages-agent": async () => {
    const tool = betaZodTool({
      name: "get_weather",
      description: "The weather",
      inputSchema: z.object({ city: z.string() }),
      run: ({ city }) => `12 degrees in ${city}`,
    });
    const { content } = await client.beta.messages.toolRunner({ ...ASKED, tools: [tool] });
    assert.ok(content[0].text.length > 0);
  },
  "messages-count": async () => {
    const { input_tokens: tokens } = await client.messages.countTokens({
      model: "chat",
      messages: with_.MESSAGES,
    });
    assert.ok(tokens > 0);
  },
  "messages-cut": async () => {
    const error = await with_.failsWith(APIError, () =>
      client.messages.stream({ ...ASKED, model: "cut" }).finalMessage(),
    );
    assert.match(error.message, /cut/);
  },
  "messages-models": async () => {
    const ids = (await with_.collect(client.models.list())).map(({ id }) => id);
    assert.ok(ids.includes("chat") && ids.includes("team/embed"), ids.join());
    const one = await client.models.retrieve("team/embed");
    assert.deepEqual([one.id, one.type], ["team/embed", "model"]);
  },
  "wrong-key": () =>
    with_.failsWith(AuthenticationError, () =>
      new Anthropic({ ...options, apiKey: with_.WRONG_KEY }).messages.create(ASKED),
    ),
  "unknown-model": async () => {
    const error = await with_.failsWith(NotFoundError, () =>
      client.messages.create({ ...ASKED, model: "chta" }),
    );
    assert.equal(error.error.error.type, "not_found_error");
  },
  timeout: () =>
    with_.reachesBackend(() =>
      with_.failsWith(APIConnectionTimeoutError, () =>
        client.messages.create({ ...ASKED, model: "silent" }, { timeout: 1_000 }),
      ),
    ),
  abort: () =>
    with_.reachesBackend(async () => {
      for await (const event of await client.messages.create({
        ...ASKED,
        model: "slow",
        max_tokens: 1_000,
        stream: true,
      }))
        if (event.type === "content_block_delta") break;
    }),
});
