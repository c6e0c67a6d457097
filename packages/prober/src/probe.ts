import type { Backend } from "@rollcall/contract";
import type { Secrets } from "@rollcall/runtime";
import type { Ask, Question } from "./ask.ts";
import type { Outcome } from "./decide/outcome.ts";
import { readHealth } from "./decide/read-health.ts";
import { readModels, type ModelsReading } from "./decide/read-models.ts";

export interface ProbeResult {
  readonly models: ModelsReading;
  readonly health: Outcome | null;
  readonly durationMs: number;
}

export interface ProbeContext {
  readonly ask: Ask;
  readonly secrets: Secrets;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Asks one backend: `/v1/models` with the key (who is it, does it take our key), then `/health` (is its engine alive).
 * Without a model list there is nothing that health could save, so it is not asked.
 */
export async function probe(
  backend: Backend,
  { ask, secrets, timeoutMs, signal }: ProbeContext,
): Promise<ProbeResult> {
  const { origin, apiPath, rootPath } = backend.base;
  const question: Question = {
    origin,
    path: `${apiPath}/models`,
    headers: probeHeaders(backend, secrets),
    timeoutMs,
  };
  const answer = await ask(question, signal);
  const models = readModels(answer);
  if (models.kind !== "models") return { models, health: null, durationMs: answer.durationMs };
  const health = await ask({ ...question, path: `${rootPath}/health` }, signal);
  return { models, health: readHealth(health), durationMs: answer.durationMs };
}

function probeHeaders(backend: Backend, secrets: Secrets): Record<string, string> {
  const headers: Record<string, string> = {};
  const key = secrets.value(backend.apiKey);
  if (key !== null) headers["authorization"] = `Bearer ${key}`;
  for (const [name, ref] of backend.headers) headers[name] = secrets.value(ref) ?? "";
  return headers;
}
