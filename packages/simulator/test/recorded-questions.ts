import type { SimulatorOptions } from "../src/index.ts";
import { ask, type Question, type Reply } from "./ask.ts";
import { question, recordedRequest } from "./capture-request.ts";

export const LIKE_VLLM: SimulatorOptions = {
  servedNames: ["m1", "m2"],
  apiKeys: ["k"],
  maxModelLen: 512,
  root: "/models/tiny",
};
export const LIKE_LLAMACPP: SimulatorOptions = {
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
  "vllm-0.32.0/chat-no-body.http": { raw: "", headers: { "content-type": "application/json" } },
  "vllm-0.32.0/chat-too-long.http": { json: long("m1", 513) },
  "vllm-0.32.0/chat-tools.http": {
    json: {
      messages: HI,
      max_tokens: 8,
      tools: TOOLS,
      tool_choice: { type: "function", function: { name: "get_weather" } },
    },
  },
  "vllm-0.32.0/chat-stream-tools.http": {
    json: {
      messages: HI,
      max_tokens: 60,
      stream: true,
      tools: [
        {
          type: "function",
          function: { name: "get_weather", parameters: { type: "object", additionalProperties: false } },
        },
      ],
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

/** Asks a server, at its address without /v1, what was asked for a record: "llamacpp/chat.http". */
export function askAgain(url: string, name: string): Promise<Reply> {
  const request = recordedRequest(name);
  const headers = { authorization: "Bearer k" };
  const { headers: own, ...instead } = INSTEAD[name] ?? question(request, {});
  return ask(url + request.path, {
    method: request.method,
    ...instead,
    headers: { ...headers, ...own },
  });
}

const VLLM = `
  chat chat-bad-json chat-bad-temp chat-bad-type chat-empty-messages chat-get chat-image chat-invalid-utf8
  chat-json-schema chat-logprobs chat-max-tokens-text chat-max-tokens-too-many chat-n2 chat-no-body
  chat-no-messages chat-not-object chat-render chat-seed-text chat-stream chat-stream-cont-usage
  chat-stream-text chat-stream-tools chat-stream-usage chat-temperature-3 chat-text-plain chat-too-long
  chat-too-many-logprobs chat-tool-choice-unknown chat-tool-choice-without-tools chat-tools
  chat-top-logprobs-alone chat-unknown-model chat-usage-without-stream completions completions-echo-logprobs
  completions-list completions-no-prompt completions-stream detokenize embeddings health messages messages-bad
  messages-count messages-stream model-card models no-key no-route responses responses-stream tokenize version
  wrong-key`;

const LLAMACPP = `
  chat-bad-json chat-bad-type chat-image chat-invalid-utf8 chat-no-messages chat-stream-usage chat-stream chat-too-long
  chat-unknown-model chat completions-too-long embeddings health messages models no-key no-route rerank responses
  wrong-key`;

export interface RecordedServer {
  /** Below `test/captures`. */
  readonly folder: string;
  /** What makes a simulator like it. */
  readonly options: SimulatorOptions;
  /** Files of the folder that are exchanges. */
  readonly files: readonly string[];
}

const server = (folder: string, options: SimulatorOptions, names: string): RecordedServer => ({
  folder,
  options,
  files: names
    .trim()
    .split(/\s+/)
    .map((name) => `${folder}/${name}.http`),
});

export const RECORDED = {
  vllm: server("vllm-0.32.0", LIKE_VLLM, VLLM),
  llamacpp: server("llamacpp", LIKE_LLAMACPP, LLAMACPP),
} as const;

/** Of a page of metrics: "# TYPE name type" and "# HELP name text". */
export function metricComments(page: string): string[] {
  return page.split("\n").filter((line) => line.startsWith("# "));
}

/** Of a page of metrics: name → labels of one of its samples. */
export function metricLabels(page: string): Map<string, string[]> {
  const samples = page.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(samples.map((line) => [/^[^{ ]+/.exec(line)?.[0] ?? "", line.match(/\w+(?==")/g) ?? []]));
}
