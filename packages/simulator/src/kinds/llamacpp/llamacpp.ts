import { type Answer, json } from "../vllm/answer.ts";
import { type Call, identity, type Route, seconds, send } from "../vllm/call.ts";
import { PLAIN } from "../vllm/dialect.ts";
import type { VllmError } from "../vllm/error-body.ts";
import { healthRoute } from "../vllm/health-route.ts";
import { INFERENCE_ROUTES } from "../vllm/inference-routes.ts";
import { router } from "../vllm/router.ts";
import { sendModels } from "../vllm/send-models.ts";
import { allButExactly, type ServerKind } from "./server-kind.ts";

const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  404: "not_found_error",
  500: "server_error",
  503: "unavailable_error",
};

const LOADING = error({ status: 503, type: "", message: "Loading model" });
const NOT_FOUND = error({ status: 404, type: "", message: "File Not Found" });

const routes = router(
  {
    "/health": { GET: healthRoute(() => json(200, { status: "ok" })) },
    "/v1/health": { GET: healthRoute(() => json(200, { status: "ok" })) },
    "/models": { GET: models },
    "/v1/models": { GET: models },
    ...INFERENCE_ROUTES,
  },
  { notFound: () => NOT_FOUND, notAllowed: () => NOT_FOUND },
);

export const LLAMACPP: ServerKind = {
  dialect: {
    ...PLAIN,
    headers: { server: "llama.cpp" },
    dated: false,
    jsonType: "application/json; charset=utf-8",
    error,
    errorEvent: errorBody,
  },
  version: "b7000",
  listensWhileLoading: true,
  // The list is public: a wrong key does not show there.
  guards: allButExactly("/health", "/v1/health", "/models", "/v1/models", "/"),
  unauthorized: error({ status: 401, type: "", message: "Invalid API Key" }),
  routeFor: (call) => (isLoading(call) ? (loading) => send(loading, LOADING) : routes(call)),
};

/** Everything is refused while it loads, but for the list of some versions. */
function isLoading({ backend, exchange }: Call): boolean {
  const { stage } = backend.engine;
  return stage === "starting" || (stage === "listed" && !exchange.path.endsWith("/models"));
}

function models(call: Call): ReturnType<Route> {
  const { names } = identity(call);
  const created = seconds(call.backend.now());
  const meta = call.backend.engine.stage === "serving" ? metaOf(call) : null;
  const data = names.map((id) => ({ id, object: "model", created, owned_by: "llamacpp", meta }));
  return sendModels(call, { models: names.map(ollamaModel), object: "list", data });
}

function metaOf({ backend }: Call): object {
  const { maxModelLen } = backend.settings;
  return {
    vocab_type: 2,
    n_vocab: 151_936,
    n_ctx_train: maxModelLen,
    n_embd: 4096,
    n_params: 8_190_735_360,
    size: 5_021_769_728,
  };
}

/** The same model once more, for Ollama's clients. */
function ollamaModel(name: string): object {
  return {
    name,
    model: name,
    modified_at: "",
    size: "",
    digest: "",
    type: "model",
    description: "",
    tags: [""],
    capabilities: ["completion"],
    parameters: "",
    details: {
      parent_model: "",
      format: "gguf",
      family: "",
      families: [""],
      parameter_size: "",
      quantization_level: "",
    },
  };
}

function error(cause: VllmError): Answer {
  return json(cause.status, errorBody(cause));
}

function errorBody({ message, status }: VllmError): object {
  return { error: { message, type: TYPES[status] ?? "invalid_request_error", code: status } };
}
