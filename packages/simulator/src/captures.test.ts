import { describe, expect, test } from "vitest";
import { ask, type Question, type Reply } from "../test/ask.ts";
import { question, readCapture, recordedRequest } from "../test/capture-request.ts";
import { running } from "../test/running.ts";
import { bodyShape, headShape, shapeOf } from "../test/shape.ts";
import type { Simulator, SimulatorOptions } from "./index.ts";
import { type Capture, parseCapture } from "./replay/capture.ts";

const LIKE_VLLM: SimulatorOptions = {
  servedNames: ["m1", "m2"],
  apiKeys: ["k"],
  maxModelLen: 512,
  root: "/models/tiny",
};
const LIKE_LLAMACPP: SimulatorOptions = {
  kind: "llamacpp",
  servedNames: ["gemma"],
  apiKeys: ["k"],
  maxModelLen: 1024,
  version: "b1",
};

const HI = [{ role: "user", content: "hi" }];
const long = (model: string, tokens: number): object => ({
  model,
  messages: [{ role: "user", content: "word".repeat(tokens) }],
  max_tokens: 2,
});
const TOOLS = [
  {
    type: "function",
    function: { name: "get_weather", parameters: { properties: { city: { type: "string" } } } },
  },
];
const key = (name: string): Question => ({
  headers: { authorization: `Bearer ${name}` },
  json: { messages: HI },
});

/** What is asked where the record was cut short, or where a token of ours is not one of theirs. */
const INSTEAD: Readonly<Record<string, Question>> = {
  "vllm-0.32.0/chat-too-long.http": { json: long("m1", 513) },
  "vllm-0.32.0/chat-tools.http": {
    json: {
      messages: HI,
      max_tokens: 8,
      tools: TOOLS,
      tool_choice: { type: "function", function: { name: "get_weather" } },
    },
  },
  "vllm-0.32.0/chat-json-schema.http": {
    json: { messages: HI, max_tokens: 40, response_format: { type: "json_object" } },
  },
  "vllm-0.32.0/completions-echo-logprobs.http": {
    json: { prompt: "Roll call", max_tokens: 2, echo: true, logprobs: 1 },
  },
  "vllm-0.32.0/no-key.http": { json: { messages: HI }, headers: { authorization: "" } },
  "vllm-0.32.0/wrong-key.http": key("wrong"),
  "vllm-0.32.0/chat-text-plain.http": {
    raw: JSON.stringify({ messages: HI }),
    headers: { "content-type": "text/plain" },
  },
  "llamacpp/chat-too-long.http": { json: long("gemma", 3024) },
  "llamacpp/completions-too-long.http": { json: { prompt: "word".repeat(3002) } },
  "llamacpp/no-key.http": { json: { messages: HI }, headers: { authorization: "" } },
  "llamacpp/wrong-key.http": key("wrong"),
};

function recorded(name: string): Capture & { text: string } {
  const capture = parseCapture(readCapture(name)) as Capture;
  return { ...capture, text: capture.body.toString() };
}

function askAgain(simulator: Simulator, name: string): Promise<Reply> {
  const request = recordedRequest(name);
  const headers = { authorization: "Bearer k" };
  const { headers: own, ...instead } = INSTEAD[name] ?? question(request, {});
  return ask(simulator.url + request.path, {
    method: request.method,
    ...instead,
    headers: { ...headers, ...own },
  });
}

const VLLM = `
  chat-bad-json chat-bad-temp chat-bad-type chat-empty-messages chat-get chat-image chat-invalid-utf8 chat-json-schema
  chat-logprobs chat-max-tokens-too-many chat-n2 chat-no-messages chat-not-object chat-render chat-stream-cont-usage
  chat-stream-usage chat-stream chat-text-plain chat-too-long chat-tools chat-unknown-model chat-usage-without-stream chat
  completions-echo-logprobs completions-no-prompt completions-stream completions detokenize embeddings health
  messages-count messages model-card models no-key no-route responses-stream responses tokenize version wrong-key`;

const LLAMACPP = `
  chat-bad-json chat-bad-type chat-image chat-invalid-utf8 chat-no-messages chat-stream-usage chat-stream chat-too-long
  chat-unknown-model chat completions-too-long embeddings health messages models no-key no-route rerank responses
  wrong-key`;

describe.each([
  ["vllm-0.32.0", LIKE_VLLM, VLLM],
  ["llamacpp", LIKE_LLAMACPP, LLAMACPP],
] as const)("%s is answered for as it was recorded", (folder, options, names) => {
  test.each(names.trim().split(/\s+/))("%s", async (name) => {
    const file = `${folder}/${name}.http`;
    const simulator = await running(options);
    const there = recorded(file);
    const here = await askAgain(simulator, file);
    expect(here.status).toBe(there.status);
    expect(headShape(here.headers)).toEqual(headShape(there.headers));
    // An error's text is what a client acts on: that is the same to the letter.
    if (there.status >= 400) expect(here.text).toBe(there.text);
    else expect(bodyShape(here)).toEqual(bodyShape(there));
  });
});

test("a grammar that vLLM cannot read is an event under 200 in a stream, and 400 without one", async () => {
  const simulator = await running(LIKE_VLLM);
  const json_schema = { name: "x", schema: { type: "nonsense" } };
  const body = { messages: HI, response_format: { type: "json_schema", json_schema } };
  const post = (fields: object): Promise<Reply> => {
    const headers = { authorization: "Bearer k" };
    return ask(`${simulator.url}/v1/chat/completions`, { headers, json: { ...body, ...fields } });
  };
  const text = readCapture("vllm-0.32.0/bad-grammar-stream.txt").toString();
  expect(await post({ stream: true })).toMatchObject({ status: 200, text });
  expect(await post({})).toMatchObject({ status: 400 });
});

/** "# TYPE name type" and "# HELP name text". */
function comments(page: string): string[] {
  return page.split("\n").filter((line) => line.startsWith("# "));
}

test("vLLM's /metrics has the names, types and texts that were recorded, in their order", async () => {
  const simulator = await running(LIKE_VLLM);
  const { text } = await ask(`${simulator.url}/metrics`);
  expect(comments(text)).toEqual(comments(readCapture("vllm-0.32.0/metrics.txt").toString()));
  // 66 KB were recorded, of a server that had answered on more routes.
  expect(text.length).toBeGreaterThan(45_000);
  expect(text.length).toBeLessThan(70_000);
});

test("vLLM's /metrics has the labels that were recorded", async () => {
  const simulator = await running(LIKE_VLLM);
  await ask(`${simulator.url}/v1/models`, { headers: { authorization: "Bearer k" } });
  const labelsIn = (page: string): Map<string, string[]> => {
    const samples = page.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return new Map(samples.map((line) => [/^[^{ ]+/.exec(line)?.[0] ?? "", line.match(/\w+(?==")/g) ?? []]));
  };
  const { text } = await ask(`${simulator.url}/metrics`);
  expect(labelsIn(text)).toEqual(labelsIn(readCapture("vllm-0.32.0/metrics.txt").toString()));
});

test("llama.cpp's /metrics has the names that were recorded, and needs the key as /props does", async () => {
  const simulator = await running(LIKE_LLAMACPP);
  const headers = { authorization: "Bearer k" };
  const { text } = await ask(`${simulator.url}/metrics`, { headers });
  expect(comments(text)).toEqual(comments(readCapture("llamacpp/metrics.txt").toString()));
  const props = await ask(`${simulator.url}/props`, { headers });
  expect(shapeOf(props.json())).toEqual(
    shapeOf({ ...JSON.parse(readCapture("llamacpp/props.txt").toString()), model_path: "/models/gemma" }),
  );
  for (const path of ["/metrics", "/props"]) {
    expect((await ask(simulator.url + path, { headers: { authorization: "Bearer wrong" } })).text).toBe(
      '{"error":{"message":"Invalid API Key","type":"authentication_error","code":401}}',
    );
  }
});

test("llama.cpp says on every route that it loads", async () => {
  const simulator = await running({ ...LIKE_LLAMACPP, loadMs: 60_000, loadAs: "starting" });
  const { text } = recorded("llamacpp/no-route.http");
  expect(text).toContain("File Not Found");
  for (const path of ["/health", "/v1/models", "/metrics", "/nothing"]) {
    const reply = await ask(simulator.url + path);
    expect(reply).toMatchObject({
      status: 503,
      headers: { "content-type": "application/json; charset=utf-8" },
    });
    expect(reply.text).toBe('{"error":{"message":"Loading model","type":"unavailable_error","code":503}}');
  }
});
