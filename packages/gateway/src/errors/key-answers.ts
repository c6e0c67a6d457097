import type { Unit } from "@rollcall/contract";
import {
  answer,
  clip,
  serverError,
  unauthorized,
  withHeaders,
  type AnswerTo,
  type ErrorAnswer,
} from "./error-answer.ts";

type Kind =
  | "unknown_key"
  | "blocked_key"
  | "expired_key"
  | "keys_unavailable"
  | "control_unavailable"
  | "model_denied"
  | "route_denied"
  | "rate_limited"
  | "never_fits";

/** LiteLLM's words. */
const LIMIT_TYPES: Readonly<Record<Unit, string>> = {
  requests: "requests",
  parallel: "max_parallel_requests",
};

/** What is told to virtual keys, with the words by which LiteLLM's clients tell the cases apart. */
export const KEY_ANSWERS: { readonly [K in Kind]: AnswerTo<K> } = {
  unknown_key: unknownKey,
  blocked_key: unknownKey,
  expired_key: () =>
    unauthorized("Authentication Error - Expired Key. Ask for a new key.", {
      type: "expired_key",
      param: "key",
    }),
  keys_unavailable: () =>
    withHeaders(
      serverError(
        503,
        "keys_unavailable",
        "Virtual keys cannot be checked now: control has not been heard of. Try again in a moment.",
      ),
      { "retry-after": "5" },
    ),
  control_unavailable: () =>
    withHeaders(
      serverError(
        503,
        "control_unavailable",
        "Keys and teams cannot be managed now: control does not answer.",
      ),
      { "retry-after": "1" },
    ),
  model_denied: ({ model, by }) => {
    const type = `${by}_model_access_denied`;
    const message = `This ${by} is not allowed to access the model \`${clip(model)}\`. GET /v1/models lists those it may call.`;
    return answer(403, { type, code: type, message, param: "model" });
  },
  route_denied: ({ path }) =>
    answer(403, {
      type: "auth_error",
      code: "route_not_allowed",
      message: `This key is not allowed to call ${clip(path)}.`,
    }),
  rate_limited: ({ scope, unit, limit, retryAfterSeconds }) =>
    withHeaders(
      answer(429, {
        type: "rate_limit_error",
        code: "rate_limit_exceeded",
        message: `Rate limit exceeded for ${scope}. Limit type: ${LIMIT_TYPES[unit]}. Current limit: ${limit}, Remaining: 0. Try again in ${retryAfterSeconds} s.`,
      }),
      {
        "retry-after": String(retryAfterSeconds),
        rate_limit_type: LIMIT_TYPES[unit],
        ...(unit === "requests" && {
          "x-ratelimit-limit-requests": String(limit),
          "x-ratelimit-remaining-requests": "0",
          "x-ratelimit-reset-requests": `${retryAfterSeconds}s`,
        }),
      },
    ),
  never_fits: ({ scope, unit, limit }) =>
    answer(400, {
      type: "bad_request_error",
      code: "limit_never_fits",
      message: `A request never fits the limit of this ${scope}: ${LIMIT_TYPES[unit]} is ${limit}.`,
    }),
};

function unknownKey(): ErrorAnswer {
  return unauthorized("Authentication Error, Invalid API key provided.", {
    type: "token_not_found_in_db",
    param: "key",
  });
}
