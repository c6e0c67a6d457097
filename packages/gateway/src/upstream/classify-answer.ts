import {
  readErrorBody,
  saysContextTooLong,
  saysEngineDead,
  saysUnknownModel,
  type ErrorBody,
} from "@rollcall/contract";
import type { OpenAiError } from "../errors/gateway-error.ts";
import { UpstreamError } from "./upstream-error.ts";

export interface ErrorAnswerRead {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
}

/** Under which name the model was asked for here and there. */
export interface Names {
  readonly alias: string;
  readonly upstream: string;
}

/** "The model does not support Embeddings API": the request's fault, whichever deployment is asked. */
const NOT_IMPLEMENTED = 501;

/** A backend's error answer → whose fault it is, whether another backend may do better, and what the app is told. */
export function classifyAnswer(read: ErrorAnswerRead, names: Names): UpstreamError {
  const { status } = read;
  const error = readErrorBody(read.body);
  // Our key, not the app's: another deployment may have a good one.
  if (status === 401 || status === 403) return new UpstreamError("wrong_key");
  if (status === 404 && error !== null && saysUnknownModel(error, names.upstream))
    return new UpstreamError("wrong_name");
  if (status >= 500 && status !== NOT_IMPLEMENTED) return serverFault(status, error);
  if (status < 400) return new UpstreamError("not_openai");
  const answer = { status, error: restate(read, error, names), retryAfter: read.retryAfter };
  if (status === 408) return new UpstreamError("timeout", { answer });
  if (status === 429) return new UpstreamError("server_error", { answer });
  return new UpstreamError("ok", { retryable: false, answer });
}

function serverFault(status: number, error: ErrorBody | null): UpstreamError {
  if (error !== null && saysEngineDead(error.message)) return new UpstreamError("engine_dead");
  if (error === null && (status === 502 || status === 503 || status === 504)) {
    return new UpstreamError("proxy_error");
  }
  return new UpstreamError("server_error");
}

/** In OpenAI's shape, with the alias for the upstream's name. */
function restate({ status, body }: ErrorAnswerRead, error: ErrorBody | null, names: Names): OpenAiError {
  const message = error === null ? plainText(status, body) : error.message;
  return {
    message: hideName(message, names),
    type: status === 429 ? "rate_limit_error" : "invalid_request_error",
    param: error?.param ?? null,
    code: error?.code ?? codeFor(status, message),
  };
}

function codeFor(status: number, message: string): string | null {
  if (saysContextTooLong(message)) return "context_length_exceeded";
  return status === 429 ? "rate_limit_exceeded" : null;
}

function plainText(status: number, body: string): string {
  const isMarkup = /^\s*</.test(body) || body.trim() === "";
  return isMarkup ? `The model's server refused the request (${status}).` : body.slice(0, 1_000);
}

export function hideName(message: string, { alias, upstream }: Names): string {
  if (alias === upstream) return message;
  const literal = upstream.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  // As a word of its own: a model called "up" must not change "support". By a function, since a `$` in the alias would
  // mean something in a text.
  return message.replaceAll(new RegExp(`(?<![\\w-])${literal}(?![\\w-])`, "g"), () => alias);
}

const NAMED_ERROR = /^event: error\r?\n(?=data:)/;
const ERROR_DATA = /^data:\s*\{\s*"(error"|object"\s*:\s*"error")/;

/**
 * A stream's first event may be an error under a 200: vLLM sends the status before the first token. Null where it is none.
 */
export function classifyFirstEvent(event: Buffer, names: Names): UpstreamError | null {
  const head = event.toString("latin1", 0, 48);
  const named = NAMED_ERROR.exec(head)?.[0].length ?? 0;
  if (named === 0 && !ERROR_DATA.test(head)) return null;
  const end = event.indexOf("\n", named);
  const text = event.toString("utf8", named + "data:".length, end === -1 ? event.length : end);
  const error = readErrorBody(text);
  if (error === null) return null;
  return classifyAnswer({ status: statusIn(text, error), body: text, retryAfter: null }, names);
}

/**
 * The status is inside. vLLM ≤ 0.13 labels every fault in a stream 400, engine death included, so the text counts first.
 */
function statusIn(text: string, error: ErrorBody): number {
  if (saysEngineDead(error.message)) return 500;
  const code = /"code"\s*:\s*(\d{3})\b/.exec(text)?.[1];
  const status = code === undefined ? 500 : Number(code);
  return status >= 400 && status < 600 ? status : 500;
}
