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

/** vLLM's /v1/messages, Anthropic's shape. */
export const MESSAGES_FORMAT: AnswerFormat = {
  idPrefix: "chatcmpl",
  whole,
  stream,
  done: false,
  callsTools: true,
};

const STOP_REASONS: Readonly<Record<string, string>> = { stop: "end_turn", length: "max_tokens" };

export function stopReason(reason: string, calls = false): string {
  return calls && reason === "stop" ? "tool_use" : (STOP_REASONS[reason] ?? reason);
}

function whole({ id, model, prompt, tool }: Subject, choices: readonly Choice[]): object {
  const [choice = { tokens: [], reason: "stop" }] = choices;
  const { tokens, reason } = choice;
  const calls = tool !== undefined && tokens.length > 0;
  return {
    id,
    type: "message",
    role: "assistant",
    content: [
      calls
        ? { type: "tool_use", ...tool, input: JSON.parse(textOf({ tokens: tokens.slice(1) })) as object }
        : { type: "text", text: textOf({ tokens }) },
    ],
    model,
    stop_reason: stopReason(reason, calls),
    usage: { input_tokens: prompt.tokens, output_tokens: madeOf(choices) },
  };
}

function event(type: string, fields: object = {}): StreamEvent {
  return { event: type, data: { type, ...fields } };
}

/** The name of a tool stands in the block's start already. */
function deltas({ index, text }: Token, tool: ToolCall | undefined): readonly StreamEvent[] {
  if (tool !== undefined && index === 0) return [];
  const delta =
    tool === undefined ? { type: "text_delta", text } : { type: "input_json_delta", partial_json: text };
  return [event("content_block_delta", { delta, index: 0 })];
}

function stream({ id, model, prompt, tool }: Subject): StreamFormat {
  let reason = "stop";
  return {
    opening: () => [
      event("message_start", {
        message: {
          id,
          type: "message",
          role: "assistant",
          content: [],
          model,
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: prompt.tokens, output_tokens: 0 },
        },
      }),
      event("content_block_start", {
        content_block:
          tool === undefined ? { type: "text", text: "" } : { type: "tool_use", ...tool, input: {} },
        index: 0,
      }),
    ],
    token: (token) => deltas(token, tool),
    ending: (ending) => {
      ({ reason } = ending);
      return ending.last === undefined ? [] : deltas(ending.last, tool);
    },
    closing: (made) => [
      event("content_block_stop", { index: 0 }),
      event("message_delta", {
        delta: { stop_reason: stopReason(reason, tool !== undefined), stop_sequence: null },
        usage: { input_tokens: prompt.tokens, output_tokens: made },
      }),
      event("message_stop"),
    ],
  };
}
