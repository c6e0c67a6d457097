import type { GatewayError, OpenAiError } from "./gateway-error.ts";

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly error: OpenAiError;
}

/** How one kind of failure is told. */
export type AnswerTo<K extends GatewayError["kind"]> = (
  failure: Extract<GatewayError, { kind: K }>,
) => ErrorAnswer;

export function answer(
  status: number,
  error: Omit<OpenAiError, "param"> & Partial<OpenAiError>,
): ErrorAnswer {
  const { message, type, param = null, code } = error;
  return { status, headers: {}, error: { message, type, param, code } };
}

export function serverError(status: number, code: string, message: string): ErrorAnswer {
  return answer(status, { type: "server_error", code, message });
}

export function invalid(
  status: number,
  message: string,
  { param = null, code = null }: { param?: string | null; code?: string | null } = {},
): ErrorAnswer {
  return { status, headers: {}, error: { message, type: "invalid_request_error", param, code } };
}

/** `of`: LiteLLM's words for it, where its clients tell cases apart by them. */
export function unauthorized(message: string, of: Partial<OpenAiError> = {}): ErrorAnswer {
  const error = { type: "invalid_request_error", code: "invalid_api_key", message, ...of };
  return withHeaders(answer(401, error), { "www-authenticate": "Bearer" });
}

export function withHeaders(base: ErrorAnswer, headers: Readonly<Record<string, string>>): ErrorAnswer {
  return { ...base, headers: { ...base.headers, ...headers } };
}

/** What an app sent comes back in messages: not a megabyte of it. */
export function clip(text: string): string {
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}
