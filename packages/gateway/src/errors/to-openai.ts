import { REASONS, type Reason } from "@rollcall/contract";
import type { Unproven } from "../routing/table.ts";
import type { CutCause, GatewayError, OpenAiError, TimeoutPhase } from "./gateway-error.ts";

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly error: OpenAiError;
}

type Answers = {
  readonly [K in GatewayError["kind"]]: (failure: Extract<GatewayError, { kind: K }>) => ErrorAnswer;
};

const NOT_FOUND = { code: "model_not_found", param: "model" };

const ANSWERS: Answers = {
  no_key: () =>
    unauthorized("No API key was sent. Send it as `Authorization: Bearer <key>` or `x-api-key: <key>`."),
  wrong_key: () =>
    unauthorized(
      "The API key is not valid for this gateway. Check the key your application is configured with.",
    ),
  body_too_large: ({ limit }) =>
    invalid(413, `The request body is larger than the limit of ${limit} bytes.`, {
      code: "request_too_large",
    }),
  body_incomplete: () => invalid(400, "The request body ended before its announced length."),
  not_json: ({ found }) =>
    invalid(400, `The request body is not a JSON object: found ${found}. Send {"model": "…", …}.`),
  model_missing: ({ found }) =>
    invalid(400, `\`model\` must be a non-empty string: found ${found}.`, { param: "model" }),
  no_route: ({ method, path }) =>
    invalid(404, `There is no route ${method} ${clip(path)}.`, { code: "unknown_url" }),
  wrong_method: ({ method, allowed }) =>
    withHeaders(invalid(405, `${method} is not allowed here: use ${allowed}.`), { allow: allowed }),
  unknown_model: ({ model }) =>
    invalid(
      404,
      `The model \`${clip(model)}\` does not exist. GET /v1/models lists those that do.`,
      NOT_FOUND,
    ),
  left_out: ({ model, why }) =>
    invalid(
      404,
      `The model \`${clip(model)}\` is in the config, but this gateway does not serve it: ${why}.`,
      NOT_FOUND,
    ),
  none_ready: noneReady,
  all_full: ({ model }) =>
    withHeaders(
      answer(429, {
        type: "rate_limit_error",
        code: "rate_limit_exceeded",
        message: `All deployments of \`${clip(model)}\` have as many requests as they may.`,
      }),
      { "retry-after": "1", "x-rollcall-reason": "full" },
    ),
  state_refused: () =>
    withHeaders(
      serverError(
        503,
        "state_stale",
        "The prober is silent, so nobody knows which backends are ready; the config says to refuse then.",
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
};

const CUT_CODES: Readonly<Record<CutCause, string>> = {
  cut: "upstream_cut",
  idle: "upstream_idle_timeout",
  total: "upstream_timeout",
  abort: "upstream_aborted",
};

const CUT_WORDS: Readonly<Record<CutCause, string>> = {
  cut: "the connection to its server broke",
  idle: "its server fell silent",
  total: "it took longer than the time allowed",
  abort: "its server gave the request up",
};

const TIMEOUT_WORDS: Readonly<Record<TimeoutPhase, string>> = {
  connect: "No connection to its server within the time allowed.",
  first_token: "No first token within the time allowed.",
  idle: "Its server fell silent.",
  total: "The time allowed for an answer is over.",
};

/** The one place where a failure becomes an HTTP answer. */
export function toOpenAi<K extends GatewayError["kind"]>(
  failure: Extract<GatewayError, { kind: K }>,
): ErrorAnswer {
  const build: (failure: never) => ErrorAnswer = ANSWERS[failure.kind];
  return build(failure as never);
}

function answer(status: number, error: Omit<OpenAiError, "param">): ErrorAnswer {
  return {
    status,
    headers: {},
    error: { message: error.message, type: error.type, param: null, code: error.code },
  };
}

function serverError(status: number, code: string, message: string): ErrorAnswer {
  return answer(status, { type: "server_error", code, message });
}

function invalid(
  status: number,
  message: string,
  { param = null, code = null }: { param?: string | null; code?: string | null } = {},
): ErrorAnswer {
  return { status, headers: {}, error: { message, type: "invalid_request_error", param, code } };
}

function unauthorized(message: string): ErrorAnswer {
  return withHeaders(invalid(401, message, { code: "invalid_api_key" }), { "www-authenticate": "Bearer" });
}

function withHeaders(base: ErrorAnswer, headers: Readonly<Record<string, string>>): ErrorAnswer {
  return { ...base, headers: { ...base.headers, ...headers } };
}

/** Passes by itself, so a client may come back soon. For the others the SDKs are told not to hammer. */
const PASSING: ReadonlySet<Reason> = new Set(["loading", "unknown", "overdue", "crash_loop"]);

const LOADING_RETRY_SECONDS = 5;

/** OpenAI's clients wait no longer than a minute for what a server asks. */
const LONGEST_RETRY_SECONDS = 60;

/** When the first of them is expected to be ready. */
function retrySeconds(out: readonly Unproven[]): string {
  const times = out.flatMap(({ readyInMs }) => (readyInMs === undefined ? [] : [readyInMs / 1_000]));
  const seconds = times.length === 0 ? LOADING_RETRY_SECONDS : Math.ceil(Math.min(...times));
  return String(Math.min(Math.max(seconds, 1), LONGEST_RETRY_SECONDS));
}

/** The reason that gives most hope is the one to tell: a loading replica matters more than a misnamed one. */
function noneReady({ model, out }: Extract<GatewayError, { kind: "none_ready" }>): ErrorAnswer {
  const reasons = out.map(({ reason }) => reason);
  const reason = reasons.find((one) => PASSING.has(one)) ?? reasons[0] ?? "unknown";
  const list = out.map((one) => `${one.id}: ${one.reason}`).join(", ");
  const message = `The model \`${clip(model)}\` is configured, but no deployment of it can serve now (${list}). ${REASONS[reason].meaning}`;
  return withHeaders(answer(503, { type: "server_error", code: "model_not_ready", message }), {
    "x-rollcall-reason": reason,
    ...(PASSING.has(reason) ? { "retry-after": retrySeconds(out) } : { "x-should-retry": "false" }),
  });
}

function upstreamFailed({
  model,
  reason,
  attempts,
  timeout,
}: Extract<GatewayError, { kind: "upstream_failed" }>): ErrorAnswer {
  const tries = attempts === 1 ? "one attempt" : `${attempts} attempts`;
  const why = timeout === null ? meaningOf(reason) : TIMEOUT_WORDS[timeout];
  const message = `The model \`${clip(model)}\` did not answer (${tries}). ${why}`;
  const code = timeout === null ? "upstream_error" : `upstream_timeout_${timeout}`;
  const status = reason === "timeout" ? 504 : REASONS[reason].definite ? 503 : 502;
  return withHeaders(answer(status, { type: "server_error", code, message }), {
    "x-rollcall-reason": reason,
  });
}

/** One request cannot tell a server that is down from one that dropped it: only the prober's history can. */
function meaningOf(reason: Reason): string {
  return reason === "down"
    ? "Its server could not be reached, or dropped the connection."
    : REASONS[reason].meaning;
}

/** What an app sent comes back in messages: not a megabyte of it. */
function clip(text: string): string {
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}
