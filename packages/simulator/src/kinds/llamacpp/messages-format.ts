import {
  type AnswerFormat,
  type Choice,
  madeOf,
  type Subject,
  textOf,
} from "../../vllm/formats/answer-format.ts";
import { MESSAGES_FORMAT, stopReason } from "../../vllm/formats/messages-format.ts";

/** llama.cpp's /v1/messages. Its streams end with message_stop. */
export const LLAMACPP_MESSAGES: AnswerFormat = { ...MESSAGES_FORMAT, whole, done: false };

function whole({ id, model, prompt }: Subject, choices: readonly Choice[]): object {
  const [choice] = choices;
  return {
    id,
    type: "message",
    role: "assistant",
    content: [{ type: "text", text: choice === undefined ? "" : textOf(choice) }],
    model,
    stop_reason: stopReason(choice?.reason ?? "stop"),
    stop_sequence: null,
    usage: { cache_read_input_tokens: 0, input_tokens: prompt.tokens, output_tokens: madeOf(choices) },
  };
}
