import { type Answer, empty, json } from "../vllm/answer.ts";
import { type Call, identity, type Route, send } from "../vllm/call.ts";
import { PLAIN } from "../vllm/dialect.ts";
import type { VllmError } from "../vllm/error-body.ts";
import { engineDied, healthRoute } from "../vllm/health-route.ts";
import { INFERENCE_ROUTES } from "../vllm/inference-routes.ts";
import { router } from "../vllm/router.ts";
import { sendModels } from "../vllm/send-models.ts";
import { AXUM } from "./axum.ts";
import { allButExactly, type ServerKind } from "./server-kind.ts";

const health = healthRoute((call) => {
  return engineDied(call) ? json(503, { error: "unhealthy", error_type: "healthcheck" }) : empty(200);
});

const { "/v1/chat/completions": chat = {}, "/v1/completions": completions = {} } = INFERENCE_ROUTES;

const routes = router(
  {
    "/health": { GET: health },
    "/info": { GET: info },
    "/v1/models": { GET: models },
    "/v1/chat/completions": chat,
    "/v1/completions": completions,
  },
  AXUM,
);

export const TGI: ServerKind = {
  dialect: {
    ...PLAIN,
    overload: { status: 429, type: "overloaded", message: "Model is overloaded" },
    // The name in a request is not used; answers name the model that there is.
    unknownModel: (_asked, names) => names[0] ?? "",
    error,
    errorEvent: (cause) => errorBody(translate(cause)),
  },
  version: "3.3.7",
  tasks: ["generate"],
  listensWhileLoading: false,
  guards: allButExactly("/v1/models", "/health", "/metrics"),
  unauthorized: empty(401),
  routeFor: routes,
};

function models(call: Call): ReturnType<Route> {
  const data = identity(call).names.map((id) => ({ id, object: "model", created: 0, owned_by: id }));
  return sendModels(call, { object: "list", data });
}

function info(call: Call): void {
  const { settings } = call.backend;
  const [model_id = ""] = identity(call).names;
  const max_total_tokens = settings.maxModelLen;
  send(call, json(200, { model_id, max_total_tokens, version: settings.version, sha: null }));
}

function error(cause: VllmError): Answer {
  const own = translate(cause);
  return json(own.status, errorBody(own));
}

/** A wrong request is 422, and a failed generation 424. */
function translate(cause: VllmError): VllmError {
  if (cause.type === "overloaded") return cause;
  if (cause.status < 500) return { ...cause, status: 422, type: "validation" };
  const message = `Request failed during generation: ${cause.message}`;
  return { status: 424, type: "generation", message };
}

function errorBody({ message, type }: VllmError): object {
  return { error: message, error_type: type };
}
