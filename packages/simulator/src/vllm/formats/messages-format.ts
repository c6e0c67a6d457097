import {
  type AnswerFormat,
  type Choice,
  madeOf,
  type StreamEvent,
  type StreamFormat,
  type Subject,
  textOf,
} from "./answer-format.ts";

/** vLLM's /v1/messages, Anthropic's shape. */
export const MESSAGES_FORMAT: AnswerFormat = { idPrefix: "chatcmpl", whole, stream, done: false };

const STOP_REASONS: Readonly<Record<string, string>> = { stop: "end_turn", length: "max_tokens" };

export function stopReason(reason: string): string {
  return STOP_REASONS[reason] ?? reason;
}

function whole({ id, model, prompt }: Subject, choices: readonly Choice[]): object {
  const [choice] = choices;
  const text = choice === undefined ? "" : textOf(choice);
  return {
    id,
    type: "message",
    role: "assistant",
    content: [{ type: "text", text }],
    model,
    stop_reason: stopReason(choice?.reason ?? "stop"),
    usage: { input_tokens: prompt.tokens, output_tokens: madeOf(choices) },
  };
}

function event(type: string, fields: object = {}): StreamEvent {
  return { event: type, data: { type, ...fields } };
}

function delta(text: string): StreamEvent {
  return event("content_block_delta", { delta: { type: "text_delta", text }, index: 0 });
}

function stream({ id, model, prompt }: Subject): StreamFormat {
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
      event("content_block_start", { content_block: { type: "text", text: "" }, index: 0 }),
    ],
    token: (token) => [delta(token.text)],
    ending: (ending) => {
      ({ reason } = ending);
      return ending.last === undefined ? [] : [delta(ending.last.text)];
    },
    closing: (made) => [
      event("content_block_stop", { index: 0 }),
      event("message_delta", {
        delta: { stop_reason: stopReason(reason), stop_sequence: null },
        usage: { input_tokens: prompt.tokens, output_tokens: made },
      }),
      event("message_stop"),
    ],
  };
}
