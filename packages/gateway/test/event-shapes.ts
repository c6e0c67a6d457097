import type { Json } from "./harness.ts";

/** What a value must be: the kind of a plain one, or the fields of an object. */
type Shape = "text" | "count" | "flag" | "list" | "null or text" | { readonly [field: string]: Shape };

/** What OpenAI's SDKs require of a Response. */
const RESPONSE = {
  id: "text",
  object: "text",
  created_at: "count",
  status: "text",
  model: "text",
  output: "list",
  parallel_tool_calls: "flag",
  tool_choice: "text",
  tools: "list",
} as const;
const USED = {
  ...RESPONSE,
  usage: {
    input_tokens: "count",
    output_tokens: "count",
    total_tokens: "count",
    input_tokens_details: { cached_tokens: "count" },
    output_tokens_details: { reasoning_tokens: "count" },
  },
} as const;
const IN_ITEM = { sequence_number: "count", item_id: "text", output_index: "count" } as const;
const IN_PART = { ...IN_ITEM, content_index: "count" } as const;

/** The events of OpenAI's Responses by their type. */
export const RESPONSE_EVENTS: Readonly<Record<string, Shape>> = {
  "response.created": { sequence_number: "count", response: RESPONSE },
  "response.in_progress": { sequence_number: "count", response: RESPONSE },
  "response.output_item.added": {
    sequence_number: "count",
    output_index: "count",
    item: { id: "text", type: "text" },
  },
  "response.content_part.added": { ...IN_PART, part: { type: "text" } },
  "response.output_text.delta": { ...IN_PART, delta: "text" },
  "response.output_text.done": { ...IN_PART, text: "text" },
  "response.content_part.done": { ...IN_PART, part: { type: "text" } },
  "response.output_item.done": {
    sequence_number: "count",
    output_index: "count",
    item: { id: "text", type: "text" },
  },
  "response.completed": { sequence_number: "count", response: USED },
  "response.incomplete": {
    sequence_number: "count",
    response: { ...USED, incomplete_details: { reason: "text" } },
  },
  "response.failed": {
    sequence_number: "count",
    response: { ...RESPONSE, error: { code: "text", message: "text" } },
  },
  error: { code: "null or text", message: "text", param: "null or text", sequence_number: "count" },
};

/** What vLLM's messages leave out (vllm#45367, before 0.33), which the gateway does not make up. */
export const LEFT_OUT_BY_VLLM: ReadonlySet<string> = new Set([
  "message_start: message.type is no text",
  "message_start: message.role is no text",
  "message_start: message.stop_reason is no null or text",
  "message_start: message.stop_sequence is no null or text",
  "message_delta: delta.stop_sequence is no null or text",
]);

/** The events of Anthropic's Messages by their type. */
export const MESSAGE_EVENTS: Readonly<Record<string, Shape>> = {
  message_start: {
    message: {
      id: "text",
      type: "text",
      role: "text",
      content: "list",
      model: "text",
      stop_reason: "null or text",
      stop_sequence: "null or text",
      usage: { input_tokens: "count", output_tokens: "count" },
    },
  },
  ping: {},
  content_block_start: { index: "count", content_block: { type: "text" } },
  content_block_delta: { index: "count", delta: { type: "text" } },
  content_block_stop: { index: "count" },
  message_delta: {
    delta: { stop_reason: "text", stop_sequence: "null or text" },
    usage: { output_tokens: "count" },
  },
  message_stop: {},
  error: { error: { type: "text", message: "text" } },
};

const isObject = (value: Json) => typeof value === "object" && value !== null && !Array.isArray(value);
const IS: Readonly<Record<Extract<Shape, string>, (value: Json) => boolean>> = {
  text: (value) => typeof value === "string",
  count: (value) => Number.isInteger(value) && value >= 0,
  flag: (value) => typeof value === "boolean",
  list: (value) => Array.isArray(value),
  "null or text": (value) => value === null || typeof value === "string",
};

/** Where a value is not of the shape: `response.usage.total_tokens is no count`. */
export function deviations(value: Json, shape: Shape, place = ""): readonly string[] {
  if (typeof shape === "string") return IS[shape](value) ? [] : [`${place} is no ${shape}`];
  if (!isObject(value)) return [`${place} is no object`];
  return Object.entries(shape).flatMap(([field, inner]) =>
    deviations(value[field], inner, place === "" ? field : `${place}.${field}`),
  );
}
