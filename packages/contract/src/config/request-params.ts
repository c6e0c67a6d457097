import { flag, text } from "./schema-parts.ts";

const number = (description: string) => ({ type: "number", description: sentWhere(description) });
const anything = (description: string) => ({ description: sentWhere(description) });
const map = (description: string) => ({ type: "object", description: sentWhere(description) });
const word = (description: string) => text(sentWhere(description));

function sentWhere(description: string): string {
  return `${description} Sent where a request has none.`;
}

/** Fields of requests that an entry may give, as JSON schemas: sent where a request has none of its own. */
export const REQUEST_PARAM_SCHEMAS = {
  temperature: number("Sampling temperature."),
  top_p: number("Nucleus sampling."),
  top_k: number("Of how many tokens one is sampled."),
  min_p: number("Least probability beside the likeliest token's."),
  typical_p: number("Typical sampling."),
  presence_penalty: number("Penalty for tokens that have come up."),
  frequency_penalty: number("Penalty for how often they have."),
  repetition_penalty: number("The same as vLLM and SGLang have it."),
  repeat_penalty: number("The same as llama.cpp and Ollama have it."),
  length_penalty: number("Of beam search."),
  max_tokens: number("Most tokens of an answer."),
  max_completion_tokens: number("Most tokens of a chat's answer; a request's max_tokens is one too."),
  max_output_tokens: number("Most tokens of a Response."),
  min_tokens: number("Least tokens of an answer."),
  truncate_prompt_tokens: number("Most tokens that are read of a prompt."),
  n: number("How many answers."),
  seed: number("Of sampling."),
  stop: anything("Texts at which an answer ends."),
  stop_token_ids: anything("Tokens at which an answer ends."),
  ignore_eos: { ...flag(sentWhere("Goes on behind the model's own end.")) },
  skip_special_tokens: { ...flag(sentWhere("Leaves special tokens out of the answer.")) },
  bad_words: anything("Words that do not come up."),
  logit_bias: map("Tokens made likelier or less so."),
  logprobs: anything("Probabilities of tokens."),
  top_logprobs: number("Of how many tokens at each place."),
  response_format: anything("In what form the answer is."),
  tools: anything("Functions that the model may call."),
  tool_choice: anything("Which of them it has to call."),
  parallel_tool_calls: { ...flag(sentWhere("May it call several at once?")) },
  reasoning_effort: {
    type: ["string", "object"],
    description: sentWhere("How long to think, as a word or as {effort: word}."),
  },
  thinking: map("Anthropic's way to say it; for hosted_vllm also as reasoning_effort."),
  chat_template_kwargs: map("For the model's chat template, such as enable_thinking."),
  stream_options: map("For streams, such as include_usage."),
  user: word("Whom a request is for."),
  service_tier: word("How urgent it is."),
  priority: number("Of vLLM's and SGLang's schedulers."),
  modalities: anything("What an answer is made of."),
  verbosity: word("How long an answer is."),
  dimensions: number("Of an embedding."),
  encoding_format: word("How an embedding is written."),
  language: word("What is spoken."),
  voice: word("Who speaks."),
  speed: number("Of speech."),
  instructions: word("How to speak."),
} as const;

export type RequestParam = keyof typeof REQUEST_PARAM_SCHEMAS;

export const REQUEST_PARAMS = Object.keys(REQUEST_PARAM_SCHEMAS) as readonly RequestParam[];

/** What else an entry says of the requests that it gets. */
export const REQUEST_SETTING_SCHEMAS = {
  extra_body: {
    type: "object",
    description:
      "Further fields of requests. Of OpenAI's parameters these win over the request's own, of others the request's do.",
  },
  headers: {
    type: "object",
    description: "Another spelling of extra_headers, which win where both have a header.",
    additionalProperties: { type: "string" },
  },
  drop_params: flag("Nothing is dropped: what a server does not know it leaves aside."),
  additional_drop_params: {
    type: "array",
    description: "Fields taken out of requests: temperature, tools[*].function.strict.",
    items: { type: "string" },
  },
  allowed_openai_params: {
    type: "array",
    description: "Nothing has to be allowed: all parameters go to the server.",
    items: { type: "string" },
  },
} as const;

/** As they are written. */
export type WrittenRequestSettings = { [K in RequestParam]?: unknown } & {
  extra_body?: Record<string, unknown>;
  headers?: Record<string, string>;
  drop_params?: boolean;
  additional_drop_params?: string[];
  allowed_openai_params?: string[];
};
