import { isRecord, type RequestParam } from "@rollcall/contract";

/** How a parameter of the config stands in the body of one endpoint. */
export interface RequestField {
  readonly key: string;
  /** Its value as the endpoint has it; undefined for none. */
  readonly write?: (value: unknown) => unknown;
}

type Fields = Readonly<Partial<Record<RequestParam, RequestField>>>;

const plain = (...params: readonly RequestParam[]): Fields =>
  Object.fromEntries(params.map((key) => [key, { key }]));

const SAMPLING = plain("temperature", "top_p", "top_k", "min_p", "typical_p", "seed");

/** What means something to `/completions` and to chats. */
const GENERATION = {
  ...SAMPLING,
  ...plain("presence_penalty", "frequency_penalty", "repetition_penalty", "repeat_penalty", "length_penalty"),
  ...plain("max_tokens", "min_tokens", "truncate_prompt_tokens", "n", "stop", "stop_token_ids", "ignore_eos"),
  ...plain("skip_special_tokens", "bad_words", "logit_bias", "logprobs", "response_format"),
  ...plain("stream_options", "user", "priority"),
};

const TRANSCRIPTION = {
  ...SAMPLING,
  ...plain("presence_penalty", "frequency_penalty", "repetition_penalty", "response_format"),
};

/**
 * By the endpoint's name: which parameters of an entry its requests get. Of an endpoint without parameters `extra_body` alone
 * counts, of one that does not stand here nothing.
 */
export const REQUEST_FIELDS: ReadonlyMap<string, Fields> = new Map<string, Fields>([
  [
    "chat_completions",
    {
      ...GENERATION,
      ...plain("max_completion_tokens", "top_logprobs", "tools", "tool_choice", "parallel_tool_calls"),
      ...plain("chat_template_kwargs", "service_tier", "modalities", "verbosity"),
      reasoning_effort: {
        key: "reasoning_effort",
        write: (effort) => (isRecord(effort) ? effort["effort"] : effort),
      },
    },
  ],
  ["completions", GENERATION],
  [
    "responses",
    {
      ...plain("temperature", "top_p", "top_k", "max_output_tokens", "parallel_tool_calls", "top_logprobs"),
      ...plain("chat_template_kwargs", "user", "service_tier", "priority"),
      reasoning_effort: { key: "reasoning", write: (effort) => (isRecord(effort) ? effort : { effort }) },
    },
  ],
  [
    "messages",
    {
      ...plain("temperature", "top_p", "top_k", "max_tokens", "thinking", "chat_template_kwargs"),
      stop: { key: "stop_sequences", write: (stop) => [stop].flat() },
    },
  ],
  ["embeddings", plain("dimensions", "encoding_format", "truncate_prompt_tokens", "user")],
  ["audio_speech", plain("voice", "speed", "instructions", "response_format")],
  ["audio_transcriptions", { ...TRANSCRIPTION, ...plain("language") }],
  ["audio_translations", TRANSCRIPTION],
  ...[
    "images_generations",
    "images_edits",
    "images_variations",
    "rerank",
    "score",
    "classify",
    "pooling",
  ].map((name): [string, Fields] => [name, {}]),
]);

/** Keys that say the same as another one. */
export const SAME_WISH: ReadonlyMap<string, readonly string[]> = new Map([
  ["max_tokens", ["max_completion_tokens"]],
  ["max_completion_tokens", ["max_tokens"]],
]);

/**
 * LiteLLM hands OpenAI's parameters to OpenAI's client, where `extra_body` comes last and wins. All others it puts into
 * `extra_body`, where a request's own wins.
 */
export function winsInExtraBody(key: string): boolean {
  return OPENAI_PARAMS.has(key);
}

/** LiteLLM's `OPENAI_CHAT_COMPLETION_PARAMS`, and what its other calls name. */
const OPENAI_PARAMS: ReadonlySet<string> = new Set(
  `temperature top_p n stream_options stop max_tokens max_completion_tokens modalities prediction audio presence_penalty
  frequency_penalty logit_bias user response_format seed tools tool_choice parallel_tool_calls logprobs top_logprobs
  reasoning_effort thinking web_search_options service_tier store verbosity functions function_call dimensions
  encoding_format best_of echo suffix max_output_tokens reasoning truncation metadata include previous_response_id`.split(
    /\s+/,
  ),
);
