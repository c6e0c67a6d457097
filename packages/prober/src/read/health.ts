import { saysLoading } from "../kinds/index.ts";
import type { HealthRoute } from "../kinds/server-kind.ts";
import { loading, fault, type Outcome } from "./outcome.ts";
import type { ProbeResponse } from "./probe-response.ts";
import { recogniseProxy } from "./proxy.ts";

/** What is known of the server when its health is read. */
export interface HealthContext {
  readonly route: HealthRoute;
  /** Did it serve since it was last away? */
  readonly served: boolean;
}

/**
 * What the health route adds to a good model list, or null where it says nothing against the backend. It only accuses:
 * many servers have no such route, and under load vLLM's can take 40 s, so silence is no evidence.
 */
export function readHealth(response: ProbeResponse, { route, served }: HealthContext): Outcome | null {
  if (response.kind === "failure") return null;
  // A proxy that routes only the API answers 503 itself: that says nothing of the engine.
  if (recogniseProxy(response) !== null) return null;
  const { status, body } = response;
  if (route.asleep?.test(body) === true) return fault("asleep", `${route.path} says that it sleeps`);
  if (status !== 503 && status !== 500) return null;
  if (status === 503 && saysLoading(body))
    return loading(`${route.path} answers 503: it says that it is loading`);
  const detail = `${route.path} answers ${status} while /models answers 200`;
  if (/draining|shutting down/i.test(body)) return fault("draining", detail);
  if (status === 503 && route.unavailable !== undefined) return route.unavailable(served, detail);
  // vLLM ≥ 0.11 answers 503 when its engine is dead, older ones 500; both with an empty body.
  return fault("engine_dead", detail);
}
