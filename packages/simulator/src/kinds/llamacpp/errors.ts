import { type Answer, json } from "../../vllm/answer.ts";
import type { VllmError } from "../../vllm/error-body.ts";

const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  404: "not_found_error",
  500: "server_error",
  501: "not_supported_error",
  503: "unavailable_error",
};

export const TOO_LONG = "exceed_context_size_error";

/** What is refused before a route is reached: its fields stand in another order. */
export function refused(status: number, message: string): Answer {
  return json(status, { error: { message, type: typeOf(status), code: status } });
}

export function errorBody({ message, status, type, extra }: VllmError): object {
  const known = type === TOO_LONG ? type : typeOf(status);
  return { error: { code: status, message, type: known, ...extra } };
}

function typeOf(status: number): string {
  return TYPES[status] ?? "invalid_request_error";
}
