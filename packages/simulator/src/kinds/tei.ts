import { type Answer, empty, json } from "../vllm/answer.ts";
import { type Call, identity, send } from "../vllm/call.ts";
import { PLAIN } from "../vllm/dialect.ts";
import { embeddings } from "../vllm/embeddings.ts";
import type { VllmError } from "../vllm/error-body.ts";
import { engineDied, healthRoute } from "../vllm/health-route.ts";
import { router } from "../vllm/router.ts";
import { AXUM } from "./axum.ts";
import { allButExactly, type ServerKind } from "./server-kind.ts";

const health = healthRoute((call) => {
  return engineDied(call) ? json(503, { error: "unhealthy", error_type: "Unhealthy" }) : empty(200);
});

/** Embeddings only, and no /v1/models: who it is stands in /info. */
const routes = router(
  {
    "/": { GET: health },
    "/health": { GET: health },
    "/ping": { GET: health },
    "/info": { GET: info },
    "/v1/embeddings": { POST: embeddings },
  },
  AXUM,
);

export const TEI: ServerKind = {
  dialect: {
    ...PLAIN,
    // auto_truncate is on by default.
    truncates: true,
    overload: { status: 429, type: "Overloaded", message: "Model is overloaded" },
    unknownModel: (_asked, names) => names[0] ?? "",
    error,
    errorEvent: (cause) => errorBody(translate(cause)),
  },
  version: "1.9.3",
  tasks: ["embed"],
  listensWhileLoading: false,
  guards: allButExactly("/", "/health", "/ping", "/metrics"),
  unauthorized: empty(401),
  routeFor: routes,
};

function info(call: Call): void {
  const { names, root } = identity(call);
  const { maxModelLen, version } = call.backend.settings;
  const facts = {
    model_id: root,
    served_model_name: names[0] ?? "",
    model_sha: null,
    model_dtype: "float16",
    model_type: { embedding: { pooling: "cls" } },
    max_concurrent_requests: 512,
    max_input_length: maxModelLen,
    max_batch_tokens: 16_384,
    max_batch_requests: null,
    max_client_batch_size: 32,
    auto_truncate: true,
    tokenization_workers: 4,
    version,
    sha: null,
    docker_label: null,
  };
  send(call, json(200, facts));
}

function error(cause: VllmError): Answer {
  const own = translate(cause);
  return json(own.status, errorBody(own));
}

function translate(cause: VllmError): VllmError {
  if (cause.type === "Overloaded") return cause;
  if (cause.status < 500) return { ...cause, status: 422, type: "Validation" };
  return { ...cause, status: 424, type: "Backend" };
}

function errorBody({ message, type, status }: VllmError): object {
  return { message, code: status, type };
}
