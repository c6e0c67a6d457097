import type { Dialect } from "@rollcall/contract";
import type { OpenAiError } from "./gateway-error.ts";
import type { ErrorAnswer } from "./error-answer.ts";

/** How one family of clients reads errors. */
export interface ErrorDialect {
  /** The body of an answer. `requestId` is null where there is no request yet. */
  body(answer: ErrorAnswer, requestId: string | null): object;
  /** The data of an event within a stream, of one whose events have names or of another. */
  event(answer: ErrorAnswer, named: boolean): object;
  /** The header that its SDKs read the request's id from, beside `x-request-id`. */
  readonly idHeader: string | null;
}

const OPENAI: ErrorDialect = {
  body: ({ error }) => ({ error }),
  event: ({ error }, named) => (named ? openAiEvent(error) : { error }),
  idHeader: null,
};

/** OpenAI's `error` event is flat; its older SDKs read `error` in it. */
function openAiEvent(error: OpenAiError): object {
  const { code, message, param } = error;
  return { type: "error", code, message, param, sequence_number: 0, error };
}

const ANTHROPIC: ErrorDialect = {
  body: (answer, requestId) => ({
    ...anthropicError(answer),
    ...(requestId === null ? {} : { request_id: requestId }),
  }),
  event: anthropicError,
  idHeader: "request-id",
};

/** Cohere's SDKs read `message`; those who call the same paths in OpenAI's or Jina's way find `error`. */
const COHERE: ErrorDialect = {
  body: ({ error }) => ({ message: error.message, error }),
  event: ({ error }) => ({ error }),
  idHeader: null,
};

export const DIALECTS: Readonly<Record<Dialect, ErrorDialect>> = {
  openai: OPENAI,
  anthropic: ANTHROPIC,
  cohere: COHERE,
};

/** By status, as Anthropic's API reference has them; what is not in it is by its class. */
const ANTHROPIC_TYPES: ReadonlyMap<number, string> = new Map([
  [401, "authentication_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [413, "request_too_large"],
  [429, "rate_limit_error"],
  [503, "overloaded_error"],
  [504, "timeout_error"],
  [529, "overloaded_error"],
]);

function anthropicError({ status, error }: { status: number; error: OpenAiError }): object {
  const other = status < 500 ? "invalid_request_error" : "api_error";
  return {
    type: "error",
    error: { type: ANTHROPIC_TYPES.get(status) ?? other, message: error.message },
  };
}
