import type { Names } from "../upstream/backend-words.ts";
import { classifyAnswer, type ErrorAnswerRead } from "../upstream/classify-answer.ts";
import { UpstreamError } from "../upstream/upstream-error.ts";

/** Of servers that have no such route, or know no WebSockets there. */
const NO_ROUTE: ReadonlySet<number> = new Set([404, 405, 426, 501]);

const FORBIDDEN = 403;

/** A backend's answer to an upgrade that is no 101 → what it means. One without this API is not to blame. */
export function classifyRefusal(read: ErrorAnswerRead, names: Names): UpstreamError {
  const error = classifyAnswer(read, names);
  if (error.reason === "wrong_name") return error;
  const { status, body } = read;
  // Starlette's servers, vLLM among them, refuse a WebSocket without a route by an empty 403.
  const isMissing = NO_ROUTE.has(status) || status < 300 || (status === FORBIDDEN && body === "");
  if (!isMissing) return error;
  return new UpstreamError("ok", { retryable: false, status, answer: notServed(names) });
}

function notServed({ alias }: Names) {
  return {
    status: 404,
    error: {
      message: `The server of \`${alias}\` does not serve /v1/realtime.`,
      type: "invalid_request_error",
      param: null,
      code: "unsupported_endpoint",
    },
    retryAfter: null,
  };
}
