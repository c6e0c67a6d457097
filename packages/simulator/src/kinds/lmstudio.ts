import { type Answer, json } from "../vllm/answer.ts";
import { type Call, identity, type Route, send } from "../vllm/call.ts";
import { PLAIN } from "../vllm/dialect.ts";
import type { VllmError } from "../vllm/error-body.ts";
import { INFERENCE_ROUTES } from "../vllm/inference-routes.ts";
import { router } from "../vllm/router.ts";
import { sendModels } from "../vllm/send-models.ts";
import { TEXT_TASKS } from "../vllm/task.ts";
import type { ServerKind } from "./server-kind.ts";

const CODES: Readonly<Record<number, string>> = { 401: "invalid_api_key", 404: "model_not_found" };

const routes = router(
  {
    "/v1/models": { GET: models },
    "/api/v0/models": { GET: modelsWithState },
    "/api/v1/models": { GET: modelsWithInstances },
    ...INFERENCE_ROUTES,
  },
  { notFound: unexpected, notAllowed: unexpected },
);

/** With just-in-time loading, its default: all downloaded models are listed, and a request loads its own. */
export const LMSTUDIO: ServerKind = {
  dialect: {
    ...PLAIN,
    jsonType: "application/json; charset=utf-8",
    unknownModel: (asked) => ({
      status: 404,
      type: "",
      message: `Model '${asked}' not found`,
      param: "model",
    }),
    error,
    errorEvent: errorBody,
  },
  version: "0.4.0",
  tasks: TEXT_TASKS,
  listensWhileLoading: true,
  guards: () => true,
  unauthorized: error({ status: 401, type: "", message: "Invalid API token" }),
  routeFor: routes,
};

/** There is no health route: what it does not know is answered with 200. */
function unexpected({ exchange }: Call): Answer {
  return json(200, { error: `Unexpected endpoint or method. (${exchange.method} ${exchange.path})` });
}

function models(call: Call): ReturnType<Route> {
  const data = identity(call).names.map((id) => ({ id, object: "model", owned_by: "organization_owner" }));
  return sendModels(call, { data, object: "list" });
}

function modelsWithState(call: Call): void {
  const state = isLoaded(call) ? "loaded" : "not-loaded";
  const data = identity(call).names.map((id) => ({
    id,
    object: "model",
    type: "llm",
    publisher: "lmstudio-community",
    arch: "qwen3",
    compatibility_type: "gguf",
    quantization: "Q4_K_M",
    state,
    max_context_length: call.backend.settings.maxModelLen,
  }));
  send(call, json(200, { data, object: "list" }));
}

function modelsWithInstances(call: Call): void {
  const { maxModelLen } = call.backend.settings;
  const cards = identity(call).names.map((key) => ({
    type: "llm",
    publisher: "lmstudio-community",
    key,
    display_name: key,
    loaded_instances: isLoaded(call) ? [{ id: key, config: { context_length: maxModelLen } }] : [],
    max_context_length: maxModelLen,
    format: "gguf",
  }));
  send(call, json(200, { models: cards }));
}

function isLoaded({ backend }: Call): boolean {
  return backend.engine.stage === "serving";
}

function error(cause: VllmError): Answer {
  return json(cause.status, errorBody(cause));
}

function errorBody({ message, status, param }: VllmError): object {
  const type = status < 500 ? "invalid_request_error" : "server_error";
  return { error: { message, type, param: param ?? null, code: CODES[status] ?? null } };
}
