import assert from "node:assert/strict";
import OpenAI, {
  APIError,
  APIConnectionTimeoutError,
  AuthenticationError,
  NotFoundError,
  toFile,
} from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import * as with_ from "./features.mjs";

const { MESSAGES, QUESTION, TOOL, WEATHER } = with_;
const options = { apiKey: with_.KEY, baseURL: `${with_.URL_OF_GATEWAY}/v1`, maxRetries: 0 };
const client = new OpenAI(options);
const City = z.object({ city: z.string() });
const ask = (rest = {}) => client.chat.completions.create({ model: "chat", messages: MESSAGES, ...rest });
const respond = (rest = {}) => client.responses.create({ model: "chat", input: QUESTION, ...rest });
const FUNCTION = { type: "function", name: "get_weather", parameters: WEATHER, strict: true };
const file = () => toFile(with_.SOUND, "a.wav");

await with_.tryFeatures({
  chat: async () => {
    const { data: chat, request_id: id } = await ask().withResponse();
    assert.equal(chat.model, "chat");
    assert.ok(chat.choices[0].message.content.length > 0);
    assert.equal(chat.usage.completion_tokens, 12);
    assert.match(id, /./);
  },
  stream: async () => {
    const whole = await ask();
    const chunks = await with_.collect(await ask({ stream: true, stream_options: { include_usage: true } }));
    assert.deepEqual([...new Set(chunks.map(({ model }) => model))], ["chat"]);
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
    assert.equal(text, whole.choices[0].message.content);
    assert.equal(chunks.at(-1).usage.completion_tokens, 12);
  },
  tools: async () => {
    const [call] = (await ask({ tools: [TOOL] })).choices[0].message.tool_calls;
    assert.equal(call.function.name, "get_weather");
    assert.deepEqual(Object.keys(JSON.parse(call.function.arguments)), ["city"]);
  },
  "tools-stream": async () => {
    const stream = client.chat.completions.stream({ model: "chat", messages: MESSAGES, tools: [TOOL] });
    const { choices } = await stream.finalChatCompletion();
    assert.equal(choices[0].finish_reason, "tool_calls");
    assert.equal(choices[0].message.tool_calls[0].function.name, "get_weather");
    JSON.parse(choices[0].message.tool_calls[0].function.arguments);
  },
  structured: async () => {
    const response_format = zodResponseFormat(City, "city");
    const chat = await client.chat.completions.parse({ model: "chat", messages: MESSAGES, response_format });
    assert.equal(typeof chat.choices[0].message.parsed.city, "string");
  },
  agent: async () => {
    const run = (input) => `12 degrees in ${JSON.parse(input).city}`;
    const tools = [{ type: "function", function: { ...TOOL.function, function: run } }];
    const text = await client.chat.completions
      .runTools({ model: "chat", messages: MESSAGES, tools })
      .finalContent();
    assert.ok(text.length > 0);
  },
  cut: async () => {
    const error = await with_.failsWith(APIError, async () =>
      with_.collect(await ask({ model: "cut", stream: true })),
    );
    assert.match(error.message, /cut/);
  },
  completions: async () => {
    const { model, choices } = await client.completions.create({ model: "chat", prompt: QUESTION });
    assert.equal(model, "chat");
    assert.ok(choices[0].text.length > 0);
  },
  "completions-stream": async () => {
    const asked = { model: "chat", prompt: QUESTION };
    const whole = await client.completions.create(asked);
    const chunks = await with_.collect(await client.completions.create({ ...asked, stream: true }));
    assert.equal(chunks.map(({ choices }) => choices[0].text).join(""), whole.choices[0].text);
  },
  embeddings: async () => {
    // By default the client asks for base64 and decodes it.
    const { model, data } = await client.embeddings.create({ model: "team/embed", input: ["one", "two"] });
    assert.equal(model, "team/embed");
    assert.deepEqual(
      data.map(({ embedding }) => typeof embedding[0]),
      ["number", "number"],
    );
  },
  responses: async () => {
    const response = await respond();
    assert.equal(response.model, "chat");
    assert.ok(response.output_text.length > 0);
    assert.ok(response.usage.output_tokens > 0);
  },
  "responses-stream": async () => {
    const stream = client.responses.stream({ model: "chat", input: QUESTION });
    const events = await with_.collect(stream);
    assert.deepEqual(
      events.map(({ sequence_number: number }) => number),
      events.map((_event, index) => index),
    );
    assert.equal(events.at(-1).type, "response.completed");
    const { model, output_text: text } = await stream.finalResponse();
    assert.equal(model, "chat");
    assert.ok(text.length > 0);
  },
  "responses-tools": async () => {
    const [call] = (await respond({ tools: [FUNCTION] })).output;
    assert.deepEqual([call.type, call.name], ["function_call", "get_weather"]);
    JSON.parse(call.arguments);
    const stream = client.responses.stream({ model: "chat", input: QUESTION, tools: [FUNCTION] });
    const [streamed] = (await stream.finalResponse()).output;
    assert.equal(streamed.arguments, call.arguments);
  },
  "responses-structured": async () => {
    const text = { format: zodTextFormat(City, "city") };
    const response = await client.responses.parse({ model: "chat", input: QUESTION, text });
    assert.equal(typeof response.output_parsed.city, "string");
  },
  "responses-retrieve": async () => {
    const first = await respond({ store: true });
    const again = await client.responses.retrieve(first.id);
    assert.deepEqual([again.id, again.model, again.output_text], [first.id, "chat", first.output_text]);
    const next = await respond({ previous_response_id: first.id });
    assert.equal(next.previous_response_id, first.id);
  },
  "responses-cut": async () => {
    const events = await with_.collect(await respond({ model: "cut", stream: true }));
    assert.equal(events.at(-1).type, "response.failed");
    assert.match(events.at(-1).response.error.message, /cut/);
  },
  transcription: async () => {
    const { text } = await client.audio.transcriptions.create({ model: "whisper", file: await file() });
    assert.ok(text.length > 0);
  },
  "transcription-stream": async () => {
    const stream = await client.audio.transcriptions.create({
      model: "whisper",
      file: await file(),
      stream: true,
    });
    const events = await with_.collect(stream);
    const done = events.pop();
    assert.equal(done.type, "transcript.text.done");
    assert.equal(events.map(({ delta }) => delta).join(""), done.text);
  },
  translation: async () => {
    const { text } = await client.audio.translations.create({ model: "whisper", file: await file() });
    assert.ok(text.length > 0);
  },
  speech: async () => {
    const answer = await client.audio.speech.create({ model: "tts", voice: "alloy", input: QUESTION });
    assert.equal((await answer.arrayBuffer()).byteLength, with_.SPEECH_BYTES);
  },
  image: async () => {
    const { data } = await client.images.generate({ model: "image", prompt: QUESTION });
    assert.match(data[0].b64_json, /^iVBOR/);
  },
  models: async () => {
    const ids = (await with_.collect(client.models.list())).map(({ id }) => id);
    assert.ok(ids.includes("chat") && ids.includes("team/embed"), ids.join());
    assert.equal((await client.models.retrieve("team/embed")).id, "team/embed");
  },
  "wrong-key": async () => {
    const other = new OpenAI({ ...options, apiKey: with_.WRONG_KEY });
    const error = await with_.failsWith(AuthenticationError, () =>
      other.chat.completions.create({ model: "chat", messages: MESSAGES }),
    );
    assert.equal(error.code, "invalid_api_key");
  },
  "unknown-model": async () => {
    const error = await with_.failsWith(NotFoundError, () => ask({ model: "chta" }));
    assert.equal(error.code, "model_not_found");
  },
  timeout: () =>
    with_.reachesBackend(() =>
      with_.failsWith(APIConnectionTimeoutError, () =>
        client.chat.completions.create({ model: "silent", messages: MESSAGES }, { timeout: 1_000 }),
      ),
    ),
  abort: () =>
    with_.reachesBackend(async () => {
      const stream = await ask({ model: "slow", stream: true, max_tokens: 1_000 });
      for await (const chunk of stream) {
        assert.equal(chunk.model, "slow");
        stream.controller.abort();
        break;
      }
    }),
});
