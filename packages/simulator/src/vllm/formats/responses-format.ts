import {
  type AnswerFormat,
  type Choice,
  madeOf,
  type StreamEvent,
  type StreamFormat,
  type Subject,
  textOf,
} from "./answer-format.ts";

/** vLLM's /v1/responses. Its streams have no [DONE]. */
export const RESPONSES_FORMAT: AnswerFormat = { idPrefix: "resp", whole, stream, done: false };

type Status = "in_progress" | "completed" | "incomplete";

interface State {
  readonly status: Status;
  readonly output: readonly object[];
  readonly usage: object | null;
}

const BEGUN: State = { status: "in_progress", output: [], usage: null };

function whole(subject: Subject, choices: readonly Choice[]): object {
  const [choice] = choices;
  const item = message(`msg_${subject.newId()}`, choice === undefined ? "" : textOf(choice));
  return response(subject, ended(subject, { item, reason: choice?.reason ?? "stop", made: madeOf(choices) }));
}

function ended(
  { prompt }: Subject,
  { item, reason, made }: { item: object; reason: string; made: number },
): State {
  const status = reason === "length" ? "incomplete" : "completed";
  return { status, output: [item], usage: usageOf(prompt.tokens, made) };
}

function response(subject: Subject, { status, output, usage }: State): object {
  const { body } = subject;
  return {
    id: subject.id,
    created_at: subject.created,
    incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null,
    instructions: body["instructions"] ?? null,
    metadata: body["metadata"] ?? null,
    model: subject.model,
    object: "response",
    output,
    parallel_tool_calls: true,
    temperature: body["temperature"] ?? 1.0,
    tool_choice: "none",
    tools: [],
    top_p: body["top_p"] ?? 1.0,
    background: false,
    max_output_tokens: body["max_output_tokens"] ?? null,
    max_tool_calls: null,
    previous_response_id: body["previous_response_id"] ?? null,
    prompt: null,
    reasoning: null,
    service_tier: "auto",
    status,
    text: null,
    top_logprobs: null,
    truncation: "disabled",
    usage,
    user: null,
    presence_penalty: 0.0,
    frequency_penalty: 0.0,
    kv_transfer_params: null,
    ec_transfer_params: null,
    input_messages: null,
    output_messages: null,
  };
}

function message(id: string, text: string): object {
  const content = [part(text, null)];
  return { id, content, role: "assistant", status: "completed", type: "message", phase: null };
}

function part(text: string, logprobs: [] | null): object {
  return { annotations: [], text, type: "output_text", logprobs };
}

function usageOf(input: number, output: number): object {
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: 0,
      cache_write_tokens: 0,
      input_tokens_per_turn: [],
      cached_tokens_per_turn: [],
    },
    output_tokens: output,
    output_tokens_details: {
      reasoning_tokens: 0,
      tool_output_tokens: 0,
      output_tokens_per_turn: [],
      tool_output_tokens_per_turn: [],
    },
    total_tokens: input + output,
  };
}

function stream(subject: Subject): StreamFormat {
  const item_id = `msg_${subject.newId()}`;
  const place = { content_index: 0, item_id, output_index: 0 };
  let sequence = 0;
  let text = "";
  let reason = "stop";
  const event = (type: string, fields: object): StreamEvent => {
    const data = { ...fields, sequence_number: sequence, type };
    sequence += 1;
    return { event: type, data };
  };
  const delta = (piece: string): StreamEvent => {
    text += piece;
    const { content_index, output_index } = place;
    const fields = { content_index, delta: piece, item_id, logprobs: [], output_index };
    return event("response.output_text.delta", fields);
  };
  const opened = { id: item_id, content: [], role: "assistant", status: "in_progress" };
  return {
    opening: () => [
      event("response.created", { response: response(subject, BEGUN) }),
      event("response.in_progress", { response: response(subject, BEGUN) }),
      event("response.output_item.added", {
        item: { ...opened, type: "message", phase: null },
        output_index: 0,
      }),
      event("response.content_part.added", { ...place, part: part("", []) }),
    ],
    token: (token) => [delta(token.text)],
    ending: (ending) => {
      ({ reason } = ending);
      return ending.last === undefined ? [] : [delta(ending.last.text)];
    },
    closing: (made) => {
      const item = message(item_id, text);
      const { content_index, output_index } = place;
      const done = { content_index, item_id, logprobs: [], output_index };
      const last = response(subject, ended(subject, { item, reason, made }));
      return [
        doneWithText(event("response.output_text.done", done), text),
        event("response.content_part.done", { ...place, part: part(text, null) }),
        event("response.output_item.done", { item, output_index: 0 }),
        event("response.completed", { response: last }),
      ];
    },
  };
}

/** Here, and only here, the text stands between the number and the type. */
function doneWithText({ event, data }: StreamEvent, text: string): StreamEvent {
  const { type, ...rest } = data as { type: string };
  return { ...(event !== undefined && { event }), data: { ...rest, text, type } };
}
