import { type Answer, empty, json } from "../vllm/answer.ts";
import { type Call, identity, type Route } from "../vllm/call.ts";
import { PLAIN } from "../vllm/dialect.ts";
import type { VllmError } from "../vllm/error-body.ts";
import { healthRoute } from "../vllm/health-route.ts";
import { INFERENCE_ROUTES } from "../vllm/inference-routes.ts";
import { router } from "../vllm/router.ts";
import { sendModels } from "../vllm/send-models.ts";
import { TEXT_TASKS } from "../vllm/task.ts";
import { allButExactly, type ServerKind } from "./server-kind.ts";

const NOT_FOUND = error({ status: 404, type: "", message: "Resource not found" });

const readiness = healthRoute(({ backend }) => {
  return backend.engine.stage === "serving" ? empty(200) : json(503, { status: "starting" });
});

const routes = router(
  {
    "/healthz": { GET: healthRoute(() => empty(200)) },
    "/readyz": { GET: readiness },
    "/v1/models": { GET: models },
    ...INFERENCE_ROUTES,
  },
  {
    notFound: () => NOT_FOUND,
    notAllowed: () => error({ status: 405, type: "", message: "Method Not Allowed" }),
  },
);

export const LOCALAI: ServerKind = {
  dialect: {
    ...PLAIN,
    unknownModel: (asked) => ({ status: 404, type: "", message: `model "${asked}" not found` }),
    error,
    errorEvent: errorBody,
  },
  version: "4.9.0",
  tasks: [...TEXT_TASKS, "realtime"],
  listensWhileLoading: true,
  guards: allButExactly("/healthz", "/readyz"),
  unauthorized: error({ status: 401, type: "", message: "An authentication key is required" }),
  routeFor: routes,
};

/** What is configured, whether or not it was ever loaded; the cards have no date and no owner. */
function models(call: Call): ReturnType<Route> {
  const data = identity(call).names.map((id) => ({ id, object: "model" }));
  return sendModels(call, { object: "list", data });
}

function error(cause: VllmError): Answer {
  return json(cause.status, errorBody(cause));
}

function errorBody({ message, status }: VllmError): object {
  return { error: { code: status, message, type: "" } };
}
