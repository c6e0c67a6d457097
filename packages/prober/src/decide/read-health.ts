import type { Answer } from "./answer.ts";
import { absent, fault, type Outcome } from "./outcome.ts";
import { recogniseProxy } from "./recognise-proxy.ts";

/**
 * What `/health` adds to a good model list, or null where it says nothing against the backend. It only accuses: many
 * servers have no such route, and under load vLLM's can take 40 s, so silence is no evidence.
 */
export function readHealth(answer: Answer): Outcome | null {
  if (answer.kind === "failure") return null;
  // A proxy that routes only the API answers 503 itself: that says nothing of the engine.
  if (recogniseProxy(answer) !== null) return null;
  const { status, body } = answer;
  if (status === 503 && /loading|starting|currently scaling/i.test(body))
    return absent("/health answers 503: it says that it is loading");
  // vLLM ≥ 0.11 answers 503 when its engine is dead, older ones 500; both with an empty body.
  if (status === 503 || status === 500)
    return fault("engine_dead", `/health answers ${status} while /models answers 200`);
  return null;
}
