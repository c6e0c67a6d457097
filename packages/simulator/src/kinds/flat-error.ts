import { type Answer, json } from "../vllm/answer.ts";
import type { VllmError } from "../vllm/error-body.ts";

/** The error object of servers that follow vLLM ≤ 0.10.0: not wrapped in `error`, `code` = the status. */
function flatBody({ message, type, status, param }: VllmError): object {
  return { object: "error", message, type, param: param ?? null, code: status };
}

export function flatAnswer(error: VllmError): Answer {
  return json(error.status, flatBody(error));
}

/** In a stream it is wrapped after all. */
export function flatEvent(error: VllmError): object {
  return { error: flatBody(error) };
}
