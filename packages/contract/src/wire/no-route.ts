import type { ErrorBody } from "./error-body.ts";

/** FastAPI (vLLM, SGLang, LMDeploy, TensorRT-LLM): Not Found; llama.cpp: File Not Found; LocalAI: Resource not found. */
const NOT_FOUND = /^(?:(?:file|resource|route|endpoint) )?not found\.?$/i;

/** OpenAI: Invalid URL (POST /v1/nope); Express: Cannot POST /v1/nope. */
const NAMES_ROUTE = /^(?:Invalid URL|Unknown request URL|Cannot POST)\b/i;

/** LM Studio, under a 200. */
const UNEXPECTED = "Unexpected endpoint or method";

/** vLLM ≤ 0.11, under a 400 or 501: it has all routes, whatever its model is for. */
const NOT_FOR_MODEL = /^The model does not support [\w ()]+ API/;

/** Ollama (Go): 404 page not found; TGI, TEI (axum): nothing; proxies: a page. None of them speaks of a model. */
const SPEAKS_OF_MODEL = /\bmodels?\b/i;
const LOOKED_AT = 4_096;

/**
 * Does an answer say that its server does not have the route that was asked? `error` is what `readErrorBody` reads of the
 * text. What is missed by name (a model, an adapter, an earlier answer) is a 404 too, and says so in a sentence.
 */
export function saysNoRoute(status: number, text: string, error: ErrorBody | null): boolean {
  if (error?.message.startsWith(UNEXPECTED) === true) return true;
  if (status === 405) return true;
  if (status === 404) return error === null ? isWordless(text) : isOfRoute(error);
  if (error === null) return false;
  // llama.cpp without --embeddings or --reranking.
  if (status === 501 && error.type === "not_supported_error") return true;
  return (status === 400 || status === 501) && NOT_FOR_MODEL.test(error.message);
}

function isOfRoute({ code, message }: ErrorBody): boolean {
  return code === "unknown_url" || NOT_FOUND.test(message) || NAMES_ROUTE.test(message);
}

function isWordless(text: string): boolean {
  return !text.startsWith("{") && !SPEAKS_OF_MODEL.test(text.slice(0, LOOKED_AT));
}
