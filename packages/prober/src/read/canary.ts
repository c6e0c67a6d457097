import { ENDPOINTS, saysEngineDead } from "@rollcall/contract";
import { saysLoading } from "../kinds/index.ts";
import type { ProbeResponse } from "./probe-response.ts";
import { loading, fault, type Outcome } from "./outcome.ts";

/** One request to be sent to a model, below the API's path. */
export interface Canary {
  readonly path: string;
  readonly body: string;
}

/** The smallest request of a mode; null for modes that have none, such as audio. `tokens` is how many are asked for. */
export function canaryFor(mode: string, model: string, tokens = 1): Canary | null {
  for (const { canary, upstreamPath } of ENDPOINTS)
    if (canary?.modes.includes(mode) === true)
      return { path: upstreamPath, body: JSON.stringify(canary.body(model, tokens)) };
  return null;
}

/** What came of it: null where it generates, or the outcome that says why not. */
export function readCanary(response: ProbeResponse): Outcome | null {
  if (response.kind === "failure") {
    return fault("canary_failed", `a request for one token came to nothing (${response.code})`);
  }
  const { status, body } = response;
  const page = body.slice(0, 4_096);
  const told = `a request for one token is answered with ${status}`;
  if (status === 200) return readTokens(body);
  // So busy that it refuses is a sign of life.
  if (status === 429) return null;
  if (status === 401 || status === 403) return fault("wrong_key", told);
  if (status === 503 && saysLoading(page)) return loading(told);
  if (saysEngineDead(page)) return fault("engine_dead", `${told}, whose text says that the engine is dead`);
  if (/chat template/i.test(page)) {
    const fix = "Start the backend with --chat-template, or set model_info.mode to completion.";
    return fault("canary_failed", `${told}: it has no chat template`, { fix });
  }
  return fault("canary_failed", told);
}

function readTokens(body: string): Outcome | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return fault("canary_failed", "a request for one token is answered with 200 and no JSON");
  }
  const { choices, data, results } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const [first] =
    ([choices, data, results].find((list) => Array.isArray(list) && list.length > 0) as
      | readonly unknown[]
      | undefined) ?? [];
  if (first === undefined)
    return fault("canary_failed", "a request for one token is answered with 200 and nothing in it");
  // vLLM says so of requests that it drops while it ends.
  if ((first as { finish_reason?: unknown }).finish_reason === "abort")
    return fault("draining", "a request for one token ends with finish_reason abort");
  const { embedding } = first as { embedding?: unknown };
  // NaN is null in JSON.
  if (Array.isArray(embedding) && !embedding.some((number) => typeof number === "number"))
    return fault("canary_failed", "the embedding of one word has no numbers in it");
  return null;
}

/** Broken weights or kernels make token 0 of everything, which many tokenizers spell "!". One may be meant. */
export function looksBroken(response: ProbeResponse, least: number): boolean {
  if (response.kind === "failure" || response.status !== 200) return false;
  const text = /"(?:content|text)"\s*:\s*"((?:!\s*)+)"/.exec(response.body)?.[1] ?? "";
  return text.length >= least;
}
