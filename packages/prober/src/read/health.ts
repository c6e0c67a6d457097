import type { Kind } from "@rollcall/contract";
import type { ProbeResponse, HttpResponse } from "./probe-response.ts";
import { absent, fault, type Outcome } from "./outcome.ts";
import { recogniseProxy } from "./proxy.ts";

/** What is known of the server when its health is read. */
export interface HealthContext {
  readonly kind: Kind;
  /** Did it serve since its start? SGLang's answers while starting and while ending are the same. */
  readonly served: boolean;
}

/** Where a kind says that it is well, below the root path; null where it has no such route. */
export function healthPath(kind: Kind): string | null {
  if (kind === "localai") return "/readyz";
  return kind === "ollama" || kind === "lmstudio" ? null : "/health";
}

/**
 * What the health route adds to a good model list, or null where it says nothing against the backend. It only accuses:
 * many servers have no such route, and under load vLLM's can take 40 s, so silence is no evidence.
 */
export function readHealth(answer: ProbeResponse, { kind, served }: HealthContext): Outcome | null {
  if (answer.kind === "failure") return null;
  // A proxy that routes only the API answers 503 itself: that says nothing of the engine.
  if (recogniseProxy(answer) !== null) return null;
  const { status, body } = answer;
  if (saysAsleep(answer, kind)) return fault("asleep", `${healthPath(kind)} says that it sleeps`);
  if (status !== 503 && status !== 500) return null;
  const told = `${healthPath(kind)} answers ${status} while /models answers 200`;
  if (status === 503 && /loading|starting|currently scaling/i.test(body))
    return absent(`/health answers 503: it says that it is loading`);
  if (/draining|shutting down/i.test(body)) return fault("draining", told);
  // Up before its warm-up is over, and 503 again once it was told to end.
  if (kind === "sglang" && status === 503) return served ? fault("draining", told) : absent(told);
  // vLLM ≥ 0.11 answers 503 when its engine is dead, older ones 500; both with an empty body.
  return fault("engine_dead", told);
}

/** LMDeploy: 200 with `{"status": "sleeping"}`. */
function saysAsleep({ body }: HttpResponse, kind: Kind): boolean {
  return kind === "lmdeploy" && /"status"\s*:\s*"sleeping"/.test(body);
}
