import { type Answer, empty } from "./answer.ts";
import type { Call } from "./call.ts";
import { engineDied, healthRoute } from "./health-route.ts";

/** GET /health, GET|POST /ping: reads a flag, asks nothing of the engine. */
export const health = healthRoute(flag);

function flag(call: Call): Answer {
  if (!engineDied(call)) return empty(200);
  // vLLM ≥ 0.11 answers 503 for a dead engine, older ones 500; both are empty.
  const old = call.fault?.name === "engine-dead-500" || call.backend.settings.errorBodies === "flat";
  return empty(old ? 500 : 503);
}
