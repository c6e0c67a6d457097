import { describe, expect, test } from "vitest";
import { configOf } from "../../test/deployments.ts";
import { changeBody } from "../body/body-changes.ts";
import { applyEdits } from "../body/edits.ts";
import { ChangesByEndpoint } from "./request-changes.ts";

interface Sent {
  readonly params?: object;
  /** The rest of the config. */
  readonly settings?: object;
  readonly endpoint?: string;
  /** Beside the model. */
  readonly body?: object;
}

/** What of a request reaches the backend, beside the model. */
function upstream({ params, settings, body = {}, endpoint = "chat_completions" }: Sent): object {
  const [deployment] = configOf({ a: { params: params ?? {} } }, settings).deployments;
  const bytes = Buffer.from(JSON.stringify({ model: "a", ...body }));
  const request = deployment?.request ?? null;
  const changes = request === null ? null : new ChangesByEndpoint(request).at(endpoint);
  const isStream = (body as { stream?: boolean }).stream === true;
  const edits = changes === null ? [] : changeBody(bytes, changes, isStream);
  const { model: _, ...rest } = JSON.parse(Buffer.concat(applyEdits(bytes, edits)).toString()) as {
    model: string;
  };
  return rest;
}

const EXTRA = {
  extra_body: { a: 1, temperature: 0.3, chat_template_kwargs: { enable_thinking: false, z: 1 } },
};

/** As seen of LiteLLM 1.106.12's router in front of a server that tells what it got, but where a row says otherwise. */
describe("a chat", () => {
  test.each<[string, Sent, object]>([
    ["without settings", { body: { x: 1 } }, { x: 1 }],
    [
      "gets sampling parameters, also those that OpenAI has not",
      { params: { temperature: 0.2, top_k: 5, min_p: 0.1, repetition_penalty: 1.1, stop: ["a"] } },
      { temperature: 0.2, top_k: 5, min_p: 0.1, repetition_penalty: 1.1, stop: ["a"] },
    ],
    [
      "keeps its own",
      { params: { temperature: 0.2, top_k: 5 }, body: { temperature: 0.9, top_k: 9 } },
      { temperature: 0.9, top_k: 9 },
    ],
    [
      "that says max_completion_tokens gets no max_tokens (LiteLLM sends both)",
      { params: { max_tokens: 99 }, body: { max_completion_tokens: 5 } },
      { max_completion_tokens: 5 },
    ],
    [
      "that says max_tokens gets no max_completion_tokens (LiteLLM sends both)",
      { params: { max_completion_tokens: 99 }, body: { max_tokens: 5 } },
      { max_tokens: 5 },
    ],
    ["gets extra_body", { params: EXTRA }, EXTRA.extra_body],
    [
      "whose OpenAI parameter stands in extra_body gets that of extra_body",
      { params: EXTRA, body: { temperature: 0.9, a: 2 } },
      { ...EXTRA.extra_body, a: 2 },
    ],
    [
      "that has chat_template_kwargs keeps them whole",
      { params: EXTRA, body: { chat_template_kwargs: { enable_thinking: true, y: 2 } } },
      { a: 1, temperature: 0.3, chat_template_kwargs: { enable_thinking: true, y: 2 } },
    ],
    [
      "gets the entry's chat_template_kwargs before those of extra_body",
      { params: { ...EXTRA, chat_template_kwargs: { q: 1 } } },
      { a: 1, temperature: 0.3, chat_template_kwargs: { q: 1 } },
    ],
    [
      "gets max_tokens of extra_body beside its own max_completion_tokens",
      { params: { extra_body: { max_tokens: 9 } }, body: { max_completion_tokens: 5 } },
      { max_tokens: 9, max_completion_tokens: 5 },
    ],
    [
      "gets thinking as an effort (hosted_vllm)",
      { params: { model: "hosted_vllm/m", thinking: { type: "enabled", budget_tokens: 2_000 } } },
      { reasoning_effort: "low" },
    ],
    [
      "gets no thinking (openai, where LiteLLM refuses the request)",
      { params: { thinking: { type: "enabled", budget_tokens: 2_000 } } },
      {},
    ],
    [
      "gets no effort for thinking switched off",
      { params: { model: "hosted_vllm/m", thinking: { type: "disabled" } } },
      {},
    ],
    [
      "gets the word of an effort that says more, as LiteLLM takes it for Responses",
      { params: { reasoning_effort: { effort: "high", summary: "auto" } } },
      { reasoning_effort: "high" },
    ],
    ["gets no effort that says none", { params: { reasoning_effort: { summary: "auto" } } }, {}],
    [
      "gets a response format and tools",
      {
        params: {
          response_format: { type: "json_object" },
          tools: [{ type: "function" }],
          tool_choice: "auto",
        },
      },
      { response_format: { type: "json_object" }, tools: [{ type: "function" }], tool_choice: "auto" },
    ],
    ["gets no stream options without a stream", { params: { stream_options: { include_usage: true } } }, {}],
    [
      "that streams gets stream options",
      { params: { stream_options: { include_usage: true } }, body: { stream: true } },
      { stream: true, stream_options: { include_usage: true } },
    ],
    [
      "loses what is dropped, whoever says it",
      {
        params: {
          additional_drop_params: ["temperature", "top_k", "a"],
          temperature: 0.3,
          extra_body: { a: 1, b: 2 },
        },
        body: { top_k: 4, seed: 1 },
      },
      { b: 2, seed: 1 },
    ],
    [
      "loses what is dropped deep within",
      {
        params: { additional_drop_params: ["tools[*].function.strict", "tools[0].x", "metadata.foo"] },
        body: { tools: [{ x: 3, function: { name: "f", strict: true } }], metadata: { foo: 1, bar: 2 } },
      },
      { tools: [{ function: { name: "f" } }], metadata: { bar: 2 } },
    ],
    [
      "loses nothing by drop_params",
      {
        params: { drop_params: true },
        body: { top_k: 2, reasoning_effort: "low", guided_json: {}, verbosity: "low" },
      },
      { top_k: 2, reasoning_effort: "low", guided_json: {}, verbosity: "low" },
    ],
    [
      "keeps its name and input whatever the config says",
      {
        params: {
          extra_body: { model: "x", Messages: 1, stream: true, b: 1 },
          additional_drop_params: ["messages", "stream"],
        },
        body: { messages: [1] },
      },
      { messages: [1], b: 1 },
    ],
    [
      "gets defaults of the router below those of the entry (LiteLLM means it so, and does the opposite)",
      {
        params: { temperature: 0.2 },
        settings: {
          router_settings: { default_litellm_params: { temperature: 0.7, top_k: 5, extra_body: { a: 1 } } },
        },
      },
      { temperature: 0.2, top_k: 5, a: 1 },
    ],
    [
      "that streams is asked for usage",
      { settings: { general_settings: { always_include_stream_usage: true } }, body: { stream: true } },
      { stream: true, stream_options: { include_usage: true } },
    ],
    [
      "that streams is asked for usage before the entry's options",
      {
        params: { stream_options: { include_usage: false } },
        settings: { general_settings: { always_include_stream_usage: true } },
        body: { stream: true },
      },
      { stream: true, stream_options: { include_usage: true } },
    ],
    [
      "that does not stream is asked for none",
      { settings: { general_settings: { always_include_stream_usage: true } } },
      {},
    ],
    [
      "whose stream options are dropped is asked for none",
      {
        params: { additional_drop_params: ["stream_options"] },
        settings: { general_settings: { always_include_stream_usage: true } },
        body: { stream: true, stream_options: {} },
      },
      { stream: true },
    ],
  ])("%s", (_case, sent, expected) => {
    expect(upstream(sent)).toEqual(expected);
  });
});

const ALL = {
  temperature: 0.2,
  top_p: 0.4,
  top_k: 4,
  max_tokens: 3,
  max_completion_tokens: 5,
  max_output_tokens: 6,
  stop: "a",
  seed: 1,
  reasoning_effort: "low",
  thinking: { type: "enabled" },
  chat_template_kwargs: { b: 1 },
  dimensions: 4,
  encoding_format: "float",
  voice: "alloy",
  language: "de",
  extra_body: { a: 1 },
};

/** As JSON; what forms make of it stands in `form-changes.test.ts`. */
test.each<[string, object]>([
  ["audio_transcriptions", { temperature: 0.2, top_p: 0.4, top_k: 4, seed: 1, language: "de", a: 1 }],
  ["audio_translations", { temperature: 0.2, top_p: 0.4, top_k: 4, seed: 1, a: 1 }],
  ["images_edits", { a: 1 }],
  ["completions", { temperature: 0.2, top_p: 0.4, top_k: 4, max_tokens: 3, stop: "a", seed: 1, a: 1 }],
  [
    "responses",
    {
      temperature: 0.2,
      top_p: 0.4,
      top_k: 4,
      max_output_tokens: 6,
      reasoning: { effort: "low" },
      chat_template_kwargs: { b: 1 },
      a: 1,
    },
  ],
  [
    "messages",
    {
      temperature: 0.2,
      top_p: 0.4,
      top_k: 4,
      max_tokens: 3,
      stop_sequences: ["a"],
      thinking: { type: "enabled" },
      chat_template_kwargs: { b: 1 },
      a: 1,
    },
  ],
  ["embeddings", { dimensions: 4, encoding_format: "float", a: 1 }],
  ["audio_speech", { voice: "alloy", a: 1 }],
  ["rerank", { a: 1 }],
  ["score", { a: 1 }],
  ["tokenize", {}],
  ["messages_count_tokens", {}],
  ["moderations", {}],
])("a request of %s gets what means something there", (endpoint, expected) => {
  expect(upstream({ params: ALL, endpoint })).toEqual(expected);
});

test("a Response gets an effort as it is written", () => {
  const effort = { effort: "high", summary: "auto" };
  expect(upstream({ params: { reasoning_effort: effort }, endpoint: "responses" })).toEqual({
    reasoning: effort,
  });
});
