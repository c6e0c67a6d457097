import {
  readErrorBody,
  saysClientMistake,
  saysContextTooLong,
  saysEngineDead,
  saysNoRoute,
  saysShuttingDown,
  saysUnknownModel,
  type ErrorBody,
} from "@rollcall/contract";
import type { OpenAiError } from "../errors/gateway-error.ts";
import { explanation, fingerprint, ownWords, plainText, type Names } from "./backend-words.ts";
import { readCutErrorBody } from "./cut-error-body.ts";
import { UpstreamError } from "./upstream-error.ts";

export interface ErrorAnswerRead {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
  /** Where a redirect leads. */
  readonly location?: string | null;
}

/** "The model does not support Embeddings API": the request's fault, whichever deployment is asked. */
const NOT_IMPLEMENTED = 501;

/** Of servers that have too much to do; 529 is Anthropic's. */
const OVERLOADED: ReadonlySet<number> = new Set([503, 529]);

const FROM_PROXIES: ReadonlySet<number> = new Set([502, 503, 504]);

/** A backend's error answer → whose fault it is, whether another backend may do better, and what the app is told. */
export function classifyAnswer(read: ErrorAnswerRead, names: Names): UpstreamError {
  const { status } = read;
  const error = readErrorBody(read.body) ?? readCutErrorBody(read.body);
  if (status === 404 && error !== null && saysUnknownModel(error, names.upstream))
    return new UpstreamError("wrong_name", { status });
  if (saysNoRoute(status, read.body, error))
    return new UpstreamError("ok", { retryable: false, lacksEndpoint: true, status });
  if (status >= 500 && status !== NOT_IMPLEMENTED) return serverFault(read, error, names);
  if (status < 400) return redirect(read);
  const answer = { status, error: restate(read, error, names), retryAfter: read.retryAfter };
  const refusal = refusalOf(status, error?.message ?? answer.error.message);
  // Our key, not the app's, so no 401 for the app: another deployment may have a good one.
  if (status === 401)
    return new UpstreamError("wrong_key", {
      status,
      refusal,
      words: `The server said: ${answer.error.message}`,
    });
  // A key that may not, or a filter in front that does not like what was asked.
  if (status === 403) return new UpstreamError("wrong_key", { status, refusal, answer });
  if (status === 408) return new UpstreamError("timeout", { status, answer });
  if (status === 429) return new UpstreamError("server_error", { status, answer, isBusy: true });
  return new UpstreamError("ok", { retryable: false, status, answer });
}

function serverFault(read: ErrorAnswerRead, error: ErrorBody | null, names: Names): UpstreamError {
  const { status, body, retryAfter } = read;
  const said = error?.message ?? body;
  if (error !== null && (saysClientMistake(said) || saysContextTooLong(said))) {
    const answer = { status: 400, error: restate({ ...read, status: 400 }, error, names), retryAfter: null };
    return new UpstreamError("ok", { retryable: false, status, answer });
  }
  const own = ownWords(said, names);
  const words = own === null ? null : `The server said: ${own}`;
  const refusal = own === null ? null : refusalOf(status, said);
  if (error !== null && saysEngineDead(said))
    return new UpstreamError("engine_dead", { status, words, refusal });
  if (error !== null && saysShuttingDown(said)) return new UpstreamError("draining", { status, words });
  if (OVERLOADED.has(status) && (error !== null || retryAfter !== null)) {
    const answer = { status, error: restate(read, error, names), retryAfter };
    return new UpstreamError("server_error", { status, words, answer, isBusy: true });
  }
  if (error === null && FROM_PROXIES.has(status)) return new UpstreamError("proxy_error", { status, words });
  return new UpstreamError("server_error", { status, words, refusal });
}

function redirect({ status, location = null }: ErrorAnswerRead): UpstreamError {
  const scheme = /^(https?):/i.exec(location ?? "")?.[1]?.toLowerCase();
  const target = scheme === undefined ? "another path" : `an ${scheme} address`;
  const words = `It answers POST with a redirect (${status}) to ${target}.`;
  return new UpstreamError("not_openai", { status, words, refusal: refusalOf(status, words) });
}

function refusalOf(status: number, text: string): string {
  return `${status} ${fingerprint(text)}`;
}

/** In OpenAI's shape, with the alias for the upstream's name. */
function restate({ status, body }: ErrorAnswerRead, error: ErrorBody | null, names: Names): OpenAiError {
  const message = error === null ? plainText(status, body, names) : explanation(error.message, names);
  return {
    message,
    type: TYPES.get(status) ?? "invalid_request_error",
    param: error?.param ?? null,
    code: saysContextTooLong(message) ? CONTEXT_TOO_LONG : (error?.code ?? CODES.get(status) ?? null),
  };
}

const TYPES: ReadonlyMap<number, string> = new Map([
  [429, "rate_limit_error"],
  [503, "server_error"],
  [529, "server_error"],
]);

const CODES: ReadonlyMap<number, string> = new Map([
  [429, "rate_limit_exceeded"],
  [503, "upstream_overloaded"],
  [529, "upstream_overloaded"],
]);

/** OpenAI's code, which clients shorten their prompts by; servers have other words for it. */
const CONTEXT_TOO_LONG = "context_length_exceeded";

/** An error where an answer was promised: under a 200, or as a stream's first event. Null where the text is none. */
export function classifyErrorText(text: string, names: Names): UpstreamError | null {
  const error = readErrorBody(text);
  if (error === null) return null;
  return classifyAnswer({ status: statusIn(text, error), body: text, retryAfter: null }, names);
}

const REQUESTS_FAULT = /^(?:BadRequestError|invalid_request_error|exceed_context_size_error)$/;

/**
 * The status is inside. vLLM ≤ 0.13 labels every fault in a stream 400, engine death included, so the text counts first.
 */
function statusIn(text: string, error: ErrorBody): number {
  if (saysEngineDead(error.message)) return 500;
  const code = /"code"\s*:\s*"?(\d{3})\b/.exec(text)?.[1];
  if (code === undefined) return REQUESTS_FAULT.test(error.type) ? 400 : 500;
  const status = Number(code);
  return status >= 400 && status < 600 ? status : 500;
}
