import { type Answer, json } from "../vllm/answer.ts";
import { type Call, identity, type Route, seconds } from "../vllm/call.ts";
import { UVICORN } from "../vllm/dialect.ts";
import type { VllmError } from "../vllm/error-body.ts";
import { engineDied, healthRoute } from "../vllm/health-route.ts";
import { INFERENCE_ROUTES } from "../vllm/inference-routes.ts";
import { permission } from "../vllm/permission.ts";
import { FASTAPI, openApi, router } from "../vllm/router.ts";
import { sendModels } from "../vllm/send-models.ts";
import { TEXT_TASKS } from "../vllm/task.ts";
import { allBut, type ServerKind } from "./server-kind.ts";

const SLEEPING = "sleeping";

/** A sleeping server is healthy enough for a 200. */
const health = healthRoute((call) => {
  if (engineDied(call)) return json(503, { status: "unhealthy" });
  return json(200, { status: call.fault?.name === "asleep" ? SLEEPING : "healthy" });
});

const routes = router(
  openApi({ "/health": { GET: health }, "/v1/models": { GET: models }, ...INFERENCE_ROUTES }),
  FASTAPI,
);

export const LMDEPLOY: ServerKind = {
  dialect: {
    ...UVICORN,
    asleep: {
      status: 503,
      type: SLEEPING,
      message: "Engine is sleeping; call POST /wakeup before inference (e.g. tags=weights&tags=kv_cache).",
    },
    unknownModel: (asked) => {
      return { status: 404, type: "invalid_request_error", message: `The model '${asked}' does not exist.` };
    },
    error,
    errorEvent: (cause) => ({ error: flatLast(cause) }),
  },
  version: "0.16.0",
  tasks: TEXT_TASKS,
  listensWhileLoading: false,
  guards: allBut("/health", "/docs", "/redoc", "/nodes"),
  unauthorized: json(401, { error: "Unauthorized" }),
  routeFor: routes,
};

function models(call: Call): ReturnType<Route> {
  const { backend } = call;
  const created = seconds(backend.now());
  const ids = [...identity(call).names, ...backend.settings.loras];
  const data = ids.map((id) => {
    const card = { id, object: "model", created, owned_by: "lmdeploy", root: id, parent: null };
    return { ...card, permission: permission(backend) };
  });
  return sendModels(call, { object: "list", data });
}

/** A sleeping engine is told by another piece of the server, whose `error` is a string. */
function error(cause: VllmError): Answer {
  return json(cause.status, cause.type === SLEEPING ? { error: cause.message } : flatLast(cause));
}

function flatLast({ message, type, status, param }: VllmError): object {
  return { message, type, code: status, param: param ?? null, object: "error" };
}
