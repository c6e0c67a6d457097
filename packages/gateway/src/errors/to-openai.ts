import { ENDPOINTS, REASONS, type Reason } from "@rollcall/contract";
import type { Unroutable } from "../routing/target.ts";
import {
  answer,
  clip,
  invalid,
  serverError,
  unauthorized,
  withHeaders,
  type AnswerTo,
  type ErrorAnswer,
} from "./error-answer.ts";
import type { CutCause, GatewayError, TimeoutPhase } from "./gateway-error.ts";
import { KEY_ANSWERS } from "./key-answers.ts";

type Answers = { readonly [K in GatewayError["kind"]]: AnswerTo<K> };

const NOT_FOUND = { code: "model_not_found", param: "model" };

/** As much of a list as is read. */
const MOST_SERVED = 12;

/** Many clients call every 404 a missing model: this says what is. */
const SERVED = `Rollcall serves, below /v1: ${ENDPOINTS.slice(0, MOST_SERVED)
  .map(({ upstreamPath }) => upstreamPath.slice(1))
  .join(", ")} and more: see GET /routes.`;

const ANSWERS: Answers = {
  no_key: () =>
    unauthorized("No API key was sent. Send it as `Authorization: Bearer <key>` or `x-api-key: <key>`."),
  key_malformed: () => unauthorized("Authorization must be `Bearer <key>`: another form was sent."),
  wrong_key: () =>
    unauthorized(
      "The API key is not valid for this gateway. Check the key your application is configured with.",
    ),
  ...KEY_ANSWERS,
  body_too_large: ({ limit }) =>
    invalid(413, `The request body is larger than the limit of ${limit} bytes.`, {
      code: "request_too_large",
    }),
  body_incomplete: () => invalid(400, "The request body ended before its announced length."),
  body_too_slow: () =>
    invalid(408, "The request body arrived too slowly while other requests were waiting. Send it again."),
  body_memory_full: ({ scope, retryAfterSeconds }) =>
    withHeaders(serverError(503, "request_memory_full", MEMORY_WORDS[scope]), {
      "retry-after": String(retryAfterSeconds),
    }),
  bad_http: () => invalid(400, "The request is not valid HTTP."),
  headers_too_large: ({ limit }) =>
    invalid(431, `The request's headers are larger than the limit of ${limit} bytes.`),
  request_timeout: () => invalid(408, "The request did not arrive in time."),
  too_many_connections: () =>
    withHeaders(
      answer(429, {
        type: "rate_limit_error",
        code: "too_many_connections",
        message: "Connection limit reached. Try again in a moment.",
      }),
      { "retry-after": "1" },
    ),
  gateway_stopping: () =>
    withHeaders(serverError(503, "gateway_stopping", "The gateway is stopping. Try again in a moment."), {
      "retry-after": "1",
    }),
  unsupported_encoding: ({ found }) =>
    withHeaders(
      invalid(
        415,
        `Content-Encoding \`${clip(found)}\` is not supported for requests: send the body uncompressed.`,
        { code: "unsupported_media_type" },
      ),
      { "accept-encoding": "identity" },
    ),
  not_json: ({ found }) =>
    invalid(400, `The request body is not a JSON object: found ${found}. Send {"model": "…", …}.`),
  not_multipart: ({ found }) =>
    invalid(
      400,
      `The request body is not valid multipart/form-data: found ${found}. Let the HTTP client set Content-Type.`,
    ),
  model_missing: ({ found }) =>
    invalid(400, `\`model\` must be a non-empty string: found ${found}.`, { param: "model" }),
  invalid_parameter: ({ name, found, expected }) =>
    invalid(400, `\`${name}\` must be ${expected}: found ${clip(found)}.`, { param: name }),
  no_route: ({ method, path }) =>
    invalid(404, `There is no route ${method} ${clip(path)}. ${SERVED}`, { code: "unknown_url" }),
  wrong_method: ({ method, allowed }) =>
    withHeaders(invalid(405, `${method} is not allowed here: use ${allowed}.`), { allow: allowed }),
  upgrade_required: () =>
    withHeaders(invalid(426, "This path speaks WebSocket: send `Upgrade: websocket`."), {
      upgrade: "websocket",
      connection: "upgrade, close",
    }),
  unknown_model: ({ model, meant = null, serves }) => {
    const hint = meant === null ? "" : ` Did you mean \`${clip(meant)}\`?`;
    const what = serves === undefined ? "does not exist" : "is served by no backend";
    const message = `The model \`${clip(model)}\` ${what}.${hint}${printServed(serves)} GET /v1/models lists those that ${serves === undefined ? "do" : "are"}.`;
    return invalid(404, message, NOT_FOUND);
  },
  tags_refused: ({ model }) =>
    invalid(403, `The tags of the request are those of no deployment of \`${clip(model)}\`.`, {
      code: "tags_not_allowed",
    }),
  wrong_mode: ({ model, mode, instead }) =>
    invalid(
      400,
      `The model \`${clip(model)}\` writes no text (model_info.mode: ${clip(mode)}): call ${instead}.`,
      { param: "model" },
    ),
  unknown_object: ({ id, param }) => invalid(404, `Response with id '${clip(id)}' not found.`, { param }),
  unsupported_model: ({ model, why }) =>
    invalid(
      404,
      `The model \`${clip(model)}\` is in the config, but this gateway does not serve it: ${why}.`,
      NOT_FOUND,
    ),
  unsupported_endpoint: ({ model, path, serves }) => {
    const why = serves.length === 0 ? "its server has no such route" : `it serves ${serves.join(", ")}`;
    return invalid(404, `The model \`${clip(model)}\` has no ${path}: ${why}.`, {
      code: "unsupported_endpoint",
      param: "model",
    });
  },
  none_ready: noneReady,
  all_full: ({ model }) =>
    withHeaders(
      answer(429, {
        type: "rate_limit_error",
        code: "rate_limit_exceeded",
        message: `All deployments of \`${clip(model)}\` are at max_parallel_requests; retry shortly.`,
      }),
      { "retry-after": "1", "x-rollcall-reason": "full" },
    ),
  state_refused: () =>
    withHeaders(
      serverError(
        503,
        "state_stale",
        "Backend readiness is unknown (no update from the prober) and `on_stale: refuse` is set.",
      ),
      { "retry-after": "5", "x-rollcall-reason": "state_stale" },
    ),
  upstream_failed: upstreamFailed,
  upstream_answer: ({ status, error, retryAfter }) => ({
    status,
    headers: retryAfter === null ? {} : { "retry-after": retryAfter },
    error,
  }),
  upstream_cut: ({ model, cause }) =>
    serverError(
      502,
      CUT_CODES[cause],
      `The answer of \`${clip(model)}\` was cut off (${CUT_WORDS[cause]}): what came before is not complete.`,
    ),
  internal: () =>
    serverError(500, "internal_error", "The gateway failed on this request. Its log has the request id."),
  model_fixed: ({ model, found }) =>
    invalid(
      400,
      `This session is with the model \`${clip(model)}\`: open another connection for \`${clip(found)}\`.`,
      { param: "model" },
    ),
  model_lookalike: ({ found }) =>
    invalid(400, `\`${found}\` is not \`model\`, but some servers read it so: send \`model\` alone.`, {
      param: "model",
    }),
  foreign_visit: ({ visit: { header, value } }) =>
    invalid(
      403,
      `Without a key this gateway answers no web pages of other sites: \`${header}: ${clip(value)}\` is none of its names. ` +
        "Add the name to rollcall.gateway.allowed_hosts, or set general_settings.master_key.",
      { code: "host_not_allowed" },
    ),
};

/** So many names are read. */
const MOST_NAMES = 5;

function printServed(names: readonly string[] = []): string {
  const [first, ...others] = names.slice(0, MOST_NAMES).map((name) => `\`${clip(name)}\``);
  if (first === undefined) return "";
  const more = names.length > MOST_NAMES ? " …" : "";
  return ` Served ${names.length === 1 ? "is" : "are"} ${[first, ...others].join(", ")}${more}.`;
}

const MEMORY_WORDS = {
  all: "The memory for request bodies is full (rollcall.gateway.body_memory). Try again in a moment.",
  share: "Requests from your address or key hold as much request memory as one may. Try again in a moment.",
} as const;

const CUT_CODES: Readonly<Record<CutCause, string>> = {
  cut: "upstream_cut",
  revoked: "key_revoked",
  idle: "upstream_idle_timeout",
  total: "upstream_timeout",
  abort: "upstream_aborted",
  internal: "internal_error",
};

const CUT_WORDS: Readonly<Record<CutCause, string>> = {
  cut: "the connection to the backend broke",
  revoked: "the key was revoked",
  idle: "the backend stopped sending data",
  total: "it took longer than the time allowed",
  abort: "the backend aborted the request",
  internal: "the gateway failed; its log has the request id",
};

const TIMEOUT_WORDS: Readonly<Record<TimeoutPhase, string>> = {
  connect: "No connection to the backend within the time allowed.",
  first_token: "No first token within the time allowed.",
  idle: "The backend stopped sending data.",
  total: "The time allowed for an answer is over.",
};

/** What an app is told of a failure, in OpenAI's shape. */
export function toOpenAi<K extends GatewayError["kind"]>(
  failure: Extract<GatewayError, { kind: K }>,
): ErrorAnswer {
  const build: (failure: never) => ErrorAnswer = ANSWERS[failure.kind];
  return build(failure as never);
}

const LOADING_RETRY_SECONDS = 5;

/** OpenAI's clients wait no longer than a minute for what a server asks. */
const LONGEST_RETRY_SECONDS = 60;

/** When the first of them is expected to be ready. */
function retrySeconds(out: readonly Unroutable[]): string {
  const times = out.flatMap(({ readyInMs }) => (readyInMs === undefined ? [] : [readyInMs / 1_000]));
  const seconds = times.length === 0 ? LOADING_RETRY_SECONDS : Math.ceil(Math.min(...times));
  return String(Math.min(Math.max(seconds, 1), LONGEST_RETRY_SECONDS));
}

/** Reports the most recoverable reason: a loading replica matters more than a misnamed one. */
function noneReady({ model, out }: Extract<GatewayError, { kind: "none_ready" }>): ErrorAnswer {
  const reasons = out.map(({ reason }) => reason);
  const reason =
    reasons.find((one) => REASONS[one].selfHealing) ??
    reasons.find((one) => !REASONS[one].needsOperator) ??
    reasons[0] ??
    "unknown";
  const list = out.map((one) => `${one.id}: ${one.reason}`).join(", ");
  const seconds = retrySeconds(out);
  const message =
    reason === "loading"
      ? `The model \`${clip(model)}\` is still loading; try again in about ${seconds} s (${list}).`
      : `The model \`${clip(model)}\` is configured, but no deployment of it can serve now (${list}). ${REASONS[reason].meaning}`;
  return withHeaders(answer(503, { type: "server_error", code: "model_not_ready", message }), {
    "x-rollcall-reason": reason,
    // What only a person can change the SDKs are told not to hammer.
    ...(REASONS[reason].needsOperator ? { "x-should-retry": "false" } : { "retry-after": seconds }),
  });
}

function upstreamFailed({
  model,
  reason,
  attempts,
  timeout,
  words,
}: Extract<GatewayError, { kind: "upstream_failed" }>): ErrorAnswer {
  const tries = attempts === 1 ? "one attempt" : `${attempts} attempts`;
  const why = timeout === null ? meaningOf(reason) : TIMEOUT_WORDS[timeout];
  const message = `The model \`${clip(model)}\` did not answer (${tries}). ${why}${words === null ? "" : ` ${words}`}`;
  const code = timeout === null ? "upstream_error" : `upstream_timeout_${timeout}`;
  const status = reason === "timeout" ? 504 : REASONS[reason].definite ? 503 : 502;
  return withHeaders(answer(status, { type: "server_error", code, message }), {
    "x-rollcall-reason": reason,
  });
}

/** One request cannot tell a server that is down from one that dropped it: only the prober's history can. */
function meaningOf(reason: Reason): string {
  return reason === "down"
    ? "The backend could not be reached, or dropped the connection."
    : REASONS[reason].meaning;
}
