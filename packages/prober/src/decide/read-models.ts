import type { Answer, Response } from "./answer.ts";
import { absent, fault, type Outcome } from "./outcome.ts";
import { readFailure } from "./read-failure.ts";
import { recogniseProxy } from "./recognise-proxy.ts";

/** What `/v1/models` says: the served names, or why there are none to be read. */
export type ModelsReading =
  | { readonly kind: "models"; readonly names: readonly string[] }
  | Exclude<Outcome, { kind: "ready" }>;

export function readModels(answer: Answer): ModelsReading {
  if (answer.kind === "failure") return refuse(readFailure(answer));
  const { status } = answer;
  if (status === 200) return readList(answer);
  if (status === 401 || status === 403) return refuse(fault("wrong_key", `/models answers ${status}`));
  if (status === 404 || status === 405) return refuse(fault("wrong_path", `/models answers ${status}`));
  if (status >= 300 && status < 400) return refuse(fault("wrong_path", `/models redirects (${status})`));
  const proxy = recogniseProxy(answer);
  if (proxy !== null) return refuse(fault("proxy_error", `${proxy} answers ${status} for the backend`));
  if (status >= 500) return refuse(readServerError(answer));
  // Too busy to say who it is, which passes.
  if (status === 408 || status === 429) return refuse(fault("server_error", `/models answers ${status}`));
  return refuse(fault("not_openai", `/models answers ${status}`));
}

/** `fault` and `absent` never build a `ready`; this says so to the compiler. */
function refuse(outcome: Outcome): ModelsReading {
  return outcome.kind === "ready" ? { kind: "models", names: outcome.found } : outcome;
}

/** llama.cpp says "Loading model"; vLLM that scales, "The model is currently scaling". Both pass by themselves. */
function readServerError({ status, body }: Response): Outcome {
  if (status === 503 && /loading model|currently scaling|starting/i.test(body)) {
    return absent("/models answers 503: it says that it is loading");
  }
  return fault("server_error", `/models answers ${status}`);
}

function readList({ body, truncated, headers }: Response): ModelsReading {
  if (truncated) return refuse(fault("not_openai", "/models answers with an endless or far too long body"));
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return refuse(
      fault(
        "not_openai",
        `/models answers 200 with ${headers["content-type"] ?? "no content type"}, which is not JSON`,
      ),
    );
  }
  // Ollama answers `data: null` where it has nothing.
  const data = (value as { data?: unknown } | null)?.data ?? [];
  const isList =
    (value as { object?: unknown } | null)?.object === "list" || (Array.isArray(data) && data.length > 0);
  if (!isList || !Array.isArray(data)) {
    return refuse(fault("not_openai", "/models answers 200 with JSON that is no model list"));
  }
  // Whole names and all of them: a cut one could be equal to another, a cut list could lack the expected one.
  const names = data.map(idOf).filter((id) => id !== null);
  if (names.length === 0) return refuse(fault("no_models", "/models lists no model"));
  return { kind: "models", names };
}

function idOf(card: unknown): string | null {
  const id = (card as { id?: unknown } | null)?.id;
  return typeof id === "string" && id !== "" ? id : null;
}
