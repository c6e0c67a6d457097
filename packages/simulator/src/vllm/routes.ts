import { json } from "./answer.ts";
import { type Call, type Route, send } from "./call.ts";
import { health } from "./health.ts";
import { INFERENCE_ROUTES } from "./inference-routes.ts";
import { metrics } from "./metrics.ts";
import { models } from "./models.ts";
import { FASTAPI, router, type Routes } from "./router.ts";
import { isSleeping, sleep, wakeUp } from "./sleep.ts";
import { tokenize } from "./tokenize.ts";

/** There is no GET /v1/models/{id}, and HEAD is not GET. */
const ROUTES: Routes = {
  "/health": { GET: health },
  "/ping": { GET: health, POST: health },
  "/version": { GET: (call) => send(call, json(200, { version: call.backend.settings.version })) },
  // Stays 0 unless vLLM was started with --enable-server-load-tracking.
  "/load": { GET: (call) => send(call, json(200, { server_load: 0 })) },
  "/metrics": { GET: metrics },
  "/tokenize": { POST: tokenize },
  "/v1/models": { GET: models },
  ...INFERENCE_ROUTES,
};

/** Only with VLLM_SERVER_DEV_MODE=1. */
const DEV_ROUTES: Routes = {
  ...ROUTES,
  "/is_sleeping": { GET: isSleeping },
  "/sleep": { POST: sleep },
  "/wake_up": { POST: wakeUp },
};

const normal = router(ROUTES, FASTAPI);
const dev = router(DEV_ROUTES, FASTAPI);

export function routeFor(call: Call): Route {
  return call.backend.settings.devMode ? dev(call) : normal(call);
}
