import { type Answer, empty, json } from "../vllm/answer.ts";
import { type Call, identity, type Route, seconds, send } from "../vllm/call.ts";
import { UVICORN } from "../vllm/dialect.ts";
import type { VllmError } from "../vllm/error-body.ts";
import { engineDied, healthRoute } from "../vllm/health-route.ts";
import { INFERENCE_ROUTES } from "../vllm/inference-routes.ts";
import { FASTAPI, openApi, router } from "../vllm/router.ts";
import { sendModels } from "../vllm/send-models.ts";
import { TEXT_TASKS } from "../vllm/task.ts";
import { flatAnswer, flatEvent } from "./flat-error.ts";
import { plainText } from "./plain-text.ts";
import type { ServerKind } from "./server-kind.ts";

const UNAVAILABLE = "LLM is unavailable. Please check the server logs for more details.";

const health = healthRoute((call) => (engineDied(call) ? plainText(503, UNAVAILABLE) : empty(200)));

const routes = router(
  openApi({
    "/health": { GET: health },
    "/health_generate": { GET: health },
    "/version": { GET: (call) => send(call, json(200, { version: call.backend.settings.version })) },
    // Statistics of the iterations since the last look: JSON, not Prometheus.
    "/metrics": { GET: (call) => send(call, json(200, [])) },
    "/v1/models": { GET: models },
    ...INFERENCE_ROUTES,
  }),
  FASTAPI,
);

export const TENSORRT: ServerKind = {
  dialect: { ...UVICORN, error, errorEvent: flatEvent },
  version: "1.3.0",
  tasks: TEXT_TASKS,
  listensWhileLoading: false,
  // It knows no keys.
  guards: () => false,
  unauthorized: json(401, { error: "Unauthorized" }),
  routeFor: routes,
};

function models(call: Call): ReturnType<Route> {
  const created = seconds(call.backend.now());
  const data = identity(call).names.map((id) => {
    return { id, object: "model", created, owned_by: "tensorrt_llm" };
  });
  return sendModels(call, { object: "list", data });
}

/** FastAPI's complaint about a malformed request goes out as a string. */
function error(cause: VllmError): Answer {
  return cause.type === "Bad Request" ? json(400, { error: cause.message }) : flatAnswer(cause);
}
