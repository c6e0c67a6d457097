import { hash, hex8 } from "../random.ts";
import { type Answer, json } from "../vllm/answer.ts";
import { type Call, identity, type Route, seconds, send } from "../vllm/call.ts";
import { PLAIN } from "../vllm/dialect.ts";
import type { VllmError } from "../vllm/error-body.ts";
import { INFERENCE_ROUTES } from "../vllm/inference-routes.ts";
import { type NoRoute, router } from "../vllm/router.ts";
import { sendModels } from "../vllm/send-models.ts";
import { TEXT_TASKS } from "../vllm/task.ts";
import { plainText } from "./plain-text.ts";
import type { ServerKind } from "./server-kind.ts";

/** When the files were pulled: `created` is their date, and does not move. */
const PULLED_AT = 1_755_400_000_000;
const SIZE = 5_200_000_000;

const GIN: NoRoute = {
  notFound: () => plainText(404, "404 page not found"),
  notAllowed: () => plainText(405, "405 method not allowed"),
};

/** Says that it runs, whether or not a model is loaded. */
const root: Route = (call) => send(call, plainText(200, "Ollama is running"));

const routes = router(
  {
    "/": { GET: root, HEAD: root },
    "/api/version": { GET: (call) => send(call, json(200, { version: call.backend.settings.version })) },
    "/api/tags": { GET: (call) => send(call, json(200, { models: pulled(call).map(tagged) })) },
    "/api/ps": { GET: loaded },
    "/v1/models": { GET: models },
    ...INFERENCE_ROUTES,
  },
  GIN,
);

export const OLLAMA: ServerKind = {
  dialect: {
    ...PLAIN,
    jsonType: "application/json; charset=utf-8",
    truncates: true,
    overload: {
      status: 503,
      type: "api_error",
      message: "server busy, please try again.  maximum pending requests exceeded",
    },
    listed: withTag,
    unknownModel: (asked) => {
      return { status: 404, type: "not_found_error", message: `model '${asked}' not found` };
    },
    error,
    errorEvent: errorBody,
  },
  version: "0.33.0",
  tasks: TEXT_TASKS,
  // The server is up at once; what loads is a model, and requests for it wait.
  listensWhileLoading: true,
  guards: () => false,
  unauthorized: json(401, { error: "unauthorized" }),
  routeFor: routes,
};

function withTag(name: string): string {
  return name.includes(":") ? name : `${name}:latest`;
}

function pulled(call: Call): string[] {
  return call.fault?.name === "empty-models" ? [] : identity(call).names.map(withTag);
}

/** What is pulled, loaded or not; a nil slice where nothing is. */
function models(call: Call): ReturnType<Route> {
  const data = pulled(call).map((id) => {
    return { id, object: "model", created: seconds(PULLED_AT), owned_by: namespace(id) };
  });
  const list = { object: "list", data: data.length === 0 ? null : data };
  return data.length === 0 ? send(call, json(200, list)) : sendModels(call, list);
}

function namespace(id: string): string {
  return id.includes("/") ? (id.split("/").at(-2) ?? "") : "library";
}

function loaded(call: Call): void {
  const { engine, settings, now } = call.backend;
  const names = engine.stage === "serving" ? pulled(call) : [];
  const expires_at = new Date(now() + 5 * 60_000).toISOString();
  const shown = names.map((name) => {
    return { ...facts(name), expires_at, size_vram: SIZE, context_length: settings.maxModelLen };
  });
  send(call, json(200, { models: shown }));
}

function tagged(name: string): object {
  return { ...facts(name), modified_at: new Date(PULLED_AT).toISOString() };
}

function facts(name: string): object {
  return {
    name,
    model: name,
    size: SIZE,
    digest: Array.from({ length: 8 }, (_, part) => hex8(hash(`${name} ${part}`))).join(""),
    details: {
      parent_model: "",
      format: "gguf",
      family: "qwen3",
      families: ["qwen3"],
      parameter_size: "8.2B",
      quantization_level: "Q4_K_M",
    },
  };
}

function error(cause: VllmError): Answer {
  return json(cause.status, errorBody(cause));
}

function errorBody({ message, type, status }: VllmError): object {
  const known = status === 404 ? type : status < 500 ? "invalid_request_error" : "api_error";
  return { error: { message, type: known, param: null, code: null } };
}
