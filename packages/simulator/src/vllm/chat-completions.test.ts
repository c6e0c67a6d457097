import { expect, test } from "vitest";
import { ask } from "../../test/ask.ts";
import { chat, contentOf, eventsOf, MESSAGES } from "../../test/chat.ts";
import { running } from "../../test/running.ts";

const now = (): number => 1_755_400_000_000;
const HEAD = '"object":"chat.completion.chunk","created":1755400000,"model":"gpt-oss-120b"';

test("an answer has vLLM's fields in vLLM's order", async () => {
  const simulator = await running({ now });
  const { status, text, headers } = await chat(simulator, { max_tokens: 2 });
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("application/json");
  expect(text.replace(/chatcmpl-[0-9a-f]{16}/, "ID").replace(/"content":"\w+ \w+"/, '"content":"W W"')).toBe(
    '{"id":"ID","object":"chat.completion","created":1755400000,"model":"gpt-oss-120b","choices":[{"index":0,' +
      '"message":{"role":"assistant","content":"W W","refusal":null,"annotations":null,"audio":null,' +
      '"function_call":null,"reasoning":null},"logprobs":null,"finish_reason":"length","stop_reason":null,' +
      '"token_ids":null,"routed_experts":null}],"service_tier":null,"system_fingerprint":"vllm-0.32.0-8e3e5b4a",' +
      '"usage":{"prompt_tokens":6,"total_tokens":8,"completion_tokens":2,"prompt_tokens_details":null,' +
      '"completion_tokens_details":null},"prompt_logprobs":null,"prompt_token_ids":null,"prompt_text":null,' +
      '"kv_transfer_params":null,"ec_transfer_params":null,"metrics":null}',
  );
});

test("an answer is about twelve tokens long and stops by itself unless a length is asked for", async () => {
  const simulator = await running();
  const [choice] = (await chat(simulator)).json().choices;
  expect(choice.message.content.split(" ")).toHaveLength(12);
  expect(choice.finish_reason).toBe("stop");
  const longer = (await chat(simulator, { max_completion_tokens: 30, max_tokens: 5 })).json();
  expect(longer.choices[0].message.content.split(" ")).toHaveLength(30);
  expect(longer.choices[0].finish_reason).toBe("length");
  expect(longer.usage.completion_tokens).toBe(30);
});

test("a stream is a role chunk, a chunk per token, of which the last one has the reason, and [DONE]", async () => {
  const simulator = await running({ now });
  const { text, headers } = await chat(simulator, { stream: true, max_tokens: 2 });
  expect(headers["content-type"]).toBe("text/event-stream; charset=utf-8");
  expect(headers["transfer-encoding"]).toBe("chunked");
  const events = eventsOf(text);
  const id = JSON.parse(events[0] ?? "").id;
  expect(id).toMatch(/^chatcmpl-[0-9a-f]{16}$/);
  const [one, two] = contentOf(events).split(" ");
  const chunk = (choice: string): string => `{"id":"${id}",${HEAD},"choices":[{"index":0,${choice}}]`;
  const rest = '"prompt_token_ids":null,"prompt_text":null}';
  expect(events).toEqual([
    `${chunk('"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null')},${rest}`,
    `${chunk(`"delta":{"content":"${one}"},"logprobs":null,"finish_reason":null,"token_ids":null`)}}`,
    `${chunk(`"delta":{"content":" ${two}"},"logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null`)},"system_fingerprint":"vllm-0.32.0-8e3e5b4a"}`,
    "[DONE]",
  ]);
});

test("one that stops by itself says so in a chunk without a word", async () => {
  const simulator = await running();
  const events = eventsOf((await chat(simulator, { stream: true })).text);
  expect(events).toHaveLength(15);
  expect(JSON.parse(events[13] ?? "").choices[0]).toMatchObject({
    delta: { content: "" },
    finish_reason: "stop",
  });
});

test("as many choices come as are asked for, each with words of its own", async () => {
  const simulator = await running();
  const { choices, usage } = (await chat(simulator, { n: 3, max_tokens: 4 })).json();
  expect(choices.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2]);
  expect(new Set(choices.map((choice: Choice) => choice.message.content)).size).toBe(3);
  expect(usage.completion_tokens).toBe(12);
  const events = eventsOf((await chat(simulator, { n: 3, max_tokens: 4, stream: true })).text);
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event).choices[0]);
  for (const { index, message } of choices as Choice[]) {
    const own = chunks.filter((chunk) => chunk.index === index);
    expect(own.map(({ delta }) => delta.content).join("")).toBe(message.content);
    expect(own.at(-1).finish_reason).toBe("length");
  }
});

interface Choice {
  readonly index: number;
  readonly message: { readonly content: string };
}

const WEATHER = {
  tools: [
    {
      type: "function",
      function: {
        name: "get_weather",
        parameters: { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } } },
      },
    },
  ],
};

test("a tool is called, whole and in pieces", async () => {
  const simulator = await running();
  const [choice] = (await chat(simulator, WEATHER)).json().choices;
  expect(choice.finish_reason).toBe("tool_calls");
  expect(choice.message).toMatchObject({
    content: null,
    tool_calls: [
      {
        id: expect.stringMatching(/^chatcmpl-tool-[0-9a-f]{16}$/),
        type: "function",
        function: { name: "get_weather", arguments: '{"city":"made up","days":1}' },
      },
    ],
  });
  const events = eventsOf((await chat(simulator, { ...WEATHER, stream: true })).text);
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event).choices[0]);
  const calls = chunks.flatMap(({ delta }) => delta.tool_calls ?? []);
  expect(calls[0]).toMatchObject({
    type: "function",
    index: 0,
    function: { name: "get_weather" },
  });
  expect(calls.map((call) => call.function.arguments ?? "").join("")).toBe('{"city":"made up","days":1}');
  expect(chunks.at(-1)).toMatchObject({ finish_reason: "tool_calls" });
});

test.each([
  ["tool_choice is none", { ...WEATHER, tool_choice: "none" }],
  ["the tool has answered", { ...WEATHER, messages: [...MESSAGES, { role: "tool", content: "12 degrees" }] }],
])("words come when %s", async (_case, fields) => {
  const simulator = await running();
  const [choice] = (await chat(simulator, fields)).json().choices;
  expect(choice).toMatchObject({ finish_reason: "stop", message: { content: expect.stringMatching(/\w/) } });
});

test("a call that is cut at the length is what the model wrote so far", async () => {
  const simulator = await running();
  const [choice] = (await chat(simulator, { ...WEATHER, max_tokens: 4 })).json().choices;
  expect(choice).toMatchObject({ finish_reason: "length", message: { content: '<tool_call>\n{"na' } });
});

test.each<[string, object, object]>([
  ["itself", { max_tokens: 100 }, { finish_reason: "stop", tokens: 7 }],
  ["the client's limit", { max_tokens: 5 }, { finish_reason: "length", tokens: 5 }],
])("an answer of a stated length is ended by %s", async (_case, fields, ending) => {
  const { choices, usage } = (await chat(await running({ answerTokens: 7 }), fields)).json();
  expect({ finish_reason: choices[0].finish_reason, tokens: usage.completion_tokens }).toEqual(ending);
});

test("a stream says the same as the whole answer", async () => {
  const simulator = await running();
  const whole = (await chat(simulator, { max_tokens: 40 })).json().choices[0].message.content;
  expect(contentOf(eventsOf((await chat(simulator, { max_tokens: 40, stream: true })).text))).toBe(whole);
});

test("usage comes as one more chunk without choices, only when it is asked for", async () => {
  const simulator = await running();
  const stream_options = { include_usage: true };
  const events = eventsOf((await chat(simulator, { stream: true, max_tokens: 3, stream_options })).text);
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event));
  expect(chunks.at(-1)).toMatchObject({
    choices: [],
    usage: { prompt_tokens: 6, total_tokens: 9, completion_tokens: 3 },
  });
  expect(chunks.slice(0, -1).some((chunk) => "usage" in chunk)).toBe(false);
  const plain = (await chat(simulator, { stream: true, max_tokens: 3 })).text;
  expect(plain).not.toContain("usage");
});

test("continuous usage counts up in every chunk", async () => {
  const simulator = await running();
  const stream_options = { include_usage: true, continuous_usage_stats: true };
  const events = eventsOf((await chat(simulator, { stream: true, max_tokens: 2, stream_options })).text);
  const made = events.slice(0, -1).map((event) => JSON.parse(event).usage.completion_tokens);
  expect(made).toEqual([0, 1, 2, 2]);
  const alone = { continuous_usage_stats: true };
  expect((await chat(simulator, { stream: true, stream_options: alone })).text).not.toContain("usage");
});

test("a client's X-Request-Id becomes part of the id and is not sent back", async () => {
  const simulator = await running();
  const headers = { "X-Request-Id": "abc" };
  const reply = await ask(`${simulator.url}/v1/chat/completions`, { json: { messages: MESSAGES }, headers });
  expect(reply.json().id).toBe("chatcmpl-abc");
  expect(reply.headers).not.toHaveProperty("x-request-id");
});

test("the fingerprint moves with the weights and with the version", async () => {
  const simulator = await running();
  const before = (await chat(simulator)).json().system_fingerprint;
  simulator.control.setRoot("/models/other");
  expect((await chat(simulator)).json().system_fingerprint).not.toBe(before);
});
