import { expect, test } from "vitest";
import { ask } from "../../test/ask.ts";
import { running } from "../../test/running.ts";

const SCHEMA = { type: "object", properties: { city: { type: "string" } } };
const ARGUMENTS = { city: "made up" };
const RESPONSES = {
  input: "Weather?",
  tools: [{ type: "function", name: "get_weather", parameters: SCHEMA }],
};
const MESSAGES = {
  max_tokens: 100,
  messages: [{ role: "user", content: "Weather?" }],
  tools: [{ name: "get_weather", input_schema: SCHEMA }],
};

const eventsOf = (text: string) =>
  text
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice(6)));

test("a response calls a tool, whole and in pieces", async () => {
  const { url } = await running();
  const whole = (await ask(`${url}/v1/responses`, { json: RESPONSES })).json();
  expect(whole).toMatchObject({
    status: "completed",
    tools: RESPONSES.tools,
    output: [
      {
        type: "function_call",
        id: expect.stringMatching(/^fc_/),
        call_id: expect.stringMatching(/./),
        name: "get_weather",
        arguments: JSON.stringify(ARGUMENTS),
        status: "completed",
      },
    ],
  });
  const streamed = await ask(`${url}/v1/responses`, { json: { ...RESPONSES, stream: true } });
  const events = eventsOf(streamed.text);
  expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index));
  const pieces = events.filter(({ type }) => type === "response.function_call_arguments.delta");
  expect(pieces.map(({ delta }) => delta).join("")).toBe(JSON.stringify(ARGUMENTS));
  expect(events.find(({ type }) => type === "response.output_item.added").item).toMatchObject({
    type: "function_call",
    name: "get_weather",
    arguments: "",
    status: "in_progress",
  });
  expect(events.at(-1).response.output).toMatchObject([{ arguments: JSON.stringify(ARGUMENTS) }]);
});

test("a message uses a tool, whole and in pieces", async () => {
  const { url } = await running();
  const whole = (await ask(`${url}/v1/messages`, { json: MESSAGES })).json();
  expect(whole).toMatchObject({
    stop_reason: "tool_use",
    content: [{ type: "tool_use", id: expect.stringMatching(/./), name: "get_weather", input: ARGUMENTS }],
  });
  const events = eventsOf((await ask(`${url}/v1/messages`, { json: { ...MESSAGES, stream: true } })).text);
  expect(events[1]).toMatchObject({ content_block: { type: "tool_use", name: "get_weather", input: {} } });
  const pieces = events.filter(({ delta }) => delta?.type === "input_json_delta");
  expect(JSON.parse(pieces.map(({ delta }) => delta.partial_json).join(""))).toEqual(ARGUMENTS);
  expect(events.at(-2)).toMatchObject({ type: "message_delta", delta: { stop_reason: "tool_use" } });
});

test.each<[string, string, object]>([
  [
    "a response's tool has answered",
    "/v1/responses",
    { ...RESPONSES, input: [{ type: "function_call_output" }] },
  ],
  ["a response is to call none", "/v1/responses", { ...RESPONSES, tool_choice: "none" }],
  [
    "a message's tool has answered",
    "/v1/messages",
    { ...MESSAGES, messages: [{ role: "user", content: [{ type: "tool_result", content: "12" }] }] },
  ],
  ["a message is to use none", "/v1/messages", { ...MESSAGES, tool_choice: { type: "none" } }],
  [
    "only the server's tools are there",
    "/v1/messages",
    { ...MESSAGES, tools: [{ type: "web_search_20250305", name: "web_search" }] },
  ],
])("words come when %s", async (_case, path, json) => {
  const { url } = await running();
  const text = (await ask(url + path, { json })).text;
  expect(text).toMatch(/"type":"(output_)?text"/);
});
