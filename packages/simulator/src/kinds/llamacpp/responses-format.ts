import {
  type AnswerFormat,
  type Choice,
  madeOf,
  type StreamEvent,
  type StreamFormat,
  type Subject,
  textOf,
} from "../../vllm/formats/answer-format.ts";

/** llama.cpp's /v1/responses: what was cut at the length is "completed" too. */
export const LLAMACPP_RESPONSES: AnswerFormat = { idPrefix: "resp", whole, stream, done: false };

function whole(subject: Subject, choices: readonly Choice[]): object {
  const [choice] = choices;
  const text = choice === undefined ? "" : textOf(choice);
  return response(subject, { item: message(`msg_${subject.newId()}`, text), made: madeOf(choices) });
}

function response(
  { id, created, model, prompt }: Subject,
  { item, made }: { item: object; made: number },
): object {
  return {
    completed_at: created,
    created_at: created,
    id,
    model,
    object: "response",
    output: [item],
    status: "completed",
    usage: {
      input_tokens: prompt.tokens,
      output_tokens: made,
      total_tokens: prompt.tokens + made,
      input_tokens_details: { cached_tokens: 0 },
    },
  };
}

function message(id: string, text: string): object {
  return { content: [part(text)], id, role: "assistant", status: "completed", type: "message" };
}

function part(text: string): object {
  return { type: "output_text", annotations: [], logprobs: [], text };
}

function event(type: string, fields: object = {}): StreamEvent {
  return { event: type, data: { type, ...fields } };
}

function stream(subject: Subject): StreamFormat {
  const item_id = `msg_${subject.newId()}`;
  let text = "";
  const begun = { id: subject.id, object: "response", status: "in_progress" };
  const delta = (piece: string): StreamEvent => {
    text += piece;
    return event("response.output_text.delta", { item_id, delta: piece });
  };
  return {
    opening: () => [
      event("response.created", { response: begun }),
      event("response.in_progress", { response: begun }),
      event("response.output_item.added", {
        item: { content: [], id: item_id, role: "assistant", status: "in_progress", type: "message" },
      }),
      event("response.content_part.added", { item_id, part: part("") }),
    ],
    token: (token) => [delta(token.text)],
    ending: () => [],
    closing: (made) => {
      const item = message(item_id, text);
      return [
        event("response.output_text.done", { item_id, text }),
        event("response.content_part.done", { item_id, part: part(text) }),
        event("response.output_item.done", { item }),
        event("response.completed", { response: response(subject, { item, made }) }),
      ];
    },
  };
}
