import {
  type AnswerFormat,
  type Choice,
  madeOf,
  type StreamEvent,
  type StreamFormat,
  type Subject,
  textOf,
  type Token,
  type ToolCall,
} from "./answer-format.ts";

/** vLLM's /v1/responses. Its streams have no [DONE]. */
export const RESPONSES_FORMAT: AnswerFormat = {
  idPrefix: "resp",
  whole,
  stream,
  done: false,
  callsTools: true,
};

type Status = "in_progress" | "completed" | "incomplete";

interface State {
  readonly status: Status;
  readonly output: readonly object[];
  readonly usage: object | null;
}

const BEGUN: State = { status: "in_progress", output: [], usage: null };

function whole(subject: Subject, choices: readonly Choice[]): object {
  const [choice] = choices;
  const tokens = choice?.tokens ?? [];
  const item =
    subject.tool !== undefined && tokens.length > 0
      ? functionCall(subject.tool, { tokens: tokens.slice(1), id: `fc_${subject.newId()}` })
      : message(`msg_${subject.newId()}`, textOf({ tokens }));
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
    tool_choice: body["tool_choice"] ?? (Array.isArray(body["tools"]) ? "auto" : "none"),
    tools: body["tools"] ?? [],
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

function functionCall(tool: ToolCall, { tokens, id }: { tokens: readonly string[]; id: string }): object {
  const { name, id: call_id } = tool;
  return { arguments: textOf({ tokens }), call_id, name, type: "function_call", id, status: "completed" };
}

type EventOf = (type: string, fields: object) => StreamEvent;

/** Numbers its events from 0. */
function numbered(): EventOf {
  let sequence_number = -1;
  return (type, fields) => {
    sequence_number += 1;
    return { event: type, data: { ...fields, sequence_number, type } };
  };
}

function begun(subject: Subject, event: EventOf): StreamEvent[] {
  return ["response.created", "response.in_progress"].map((type) =>
    event(type, { response: response(subject, BEGUN) }),
  );
}

function stream(subject: Subject): StreamFormat {
  return subject.tool === undefined ? streamText(subject) : streamCall(subject, subject.tool);
}

function streamCall(subject: Subject, tool: ToolCall): StreamFormat {
  const item_id = `fc_${subject.newId()}`;
  const event = numbered();
  const output_index = 0;
  const tokens: string[] = [];
  let reason = "stop";
  const delta = ({ index, text }: Token): StreamEvent[] => {
    if (index === 0) return [];
    tokens.push(text);
    return [event("response.function_call_arguments.delta", { delta: text, item_id, output_index })];
  };
  return {
    opening: () => {
      const item = { ...functionCall(tool, { tokens, id: item_id }), status: "in_progress" };
      return [...begun(subject, event), event("response.output_item.added", { item, output_index })];
    },
    token: delta,
    ending: (ending) => {
      ({ reason } = ending);
      return ending.last === undefined ? [] : delta(ending.last);
    },
    closing: (made) => {
      const item = functionCall(tool, { tokens, id: item_id });
      const done = { arguments: textOf({ tokens }), item_id, name: tool.name, output_index };
      return [
        event("response.function_call_arguments.done", done),
        event("response.output_item.done", { item, output_index }),
        event("response.completed", { response: response(subject, ended(subject, { item, reason, made })) }),
      ];
    },
  };
}

function streamText(subject: Subject): StreamFormat {
  const item_id = `msg_${subject.newId()}`;
  const place = { content_index: 0, item_id, output_index: 0 };
  let text = "";
  let reason = "stop";
  const event = numbered();
  const delta = (piece: string): StreamEvent => {
    text += piece;
    const { content_index, output_index } = place;
    const fields = { content_index, delta: piece, item_id, logprobs: [], output_index };
    return event("response.output_text.delta", fields);
  };
  const opened = { id: item_id, content: [], role: "assistant", status: "in_progress" };
  return {
    opening: () => [
      ...begun(subject, event),
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
