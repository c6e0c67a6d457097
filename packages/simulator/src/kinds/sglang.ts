import type { FaultName } from "../faults/catalogue.ts";
import { empty, json } from "../vllm/answer.ts";
import { type Call, identity, type Route, seconds, send } from "../vllm/call.ts";
import { UVICORN } from "../vllm/dialect.ts";
import { INFERENCE_ROUTES } from "../vllm/inference-routes.ts";
import { type CardFacts, cardFacts } from "../vllm/models.ts";
import { FASTAPI, openApi, router } from "../vllm/router.ts";
import { sendModels } from "../vllm/send-models.ts";
import { TEXT_TASKS } from "../vllm/task.ts";
import { flatAnswer, flatEvent } from "./flat-error.ts";
import { allBut, type ServerKind } from "./server-kind.ts";

/** Its health check generates a token, and looks for it once a second. */
const HEALTH_MS = 1000;
/** SGLANG_HEALTH_CHECK_TIMEOUT */
const HEALTH_TIMEOUT_MS = 20_000;

/** With one of these no token comes. */
const SILENT: ReadonlySet<FaultName> = new Set([
  "hang",
  "deadlock",
  "frozen-metrics",
  "engine-stopped",
  "asleep",
  "engine-dead",
  "engine-dead-500",
]);

const CARD_PREFIX = "/v1/models/";

const routes = router(
  openApi({
    "/health": { GET: health },
    "/health_generate": { GET: health },
    "/get_model_info": { GET: modelInfo },
    "/model_info": { GET: modelInfo },
    "/v1/models": { GET: models },
    ...INFERENCE_ROUTES,
  }),
  FASTAPI,
);

export const SGLANG: ServerKind = {
  dialect: {
    ...UVICORN,
    // Only with --max-queued-requests.
    overload: { status: 503, type: "ServiceUnavailableError", message: "The request queue is full." },
    error: flatAnswer,
    errorEvent: flatEvent,
  },
  version: "0.5.9",
  tasks: TEXT_TASKS,
  listensWhileLoading: true,
  guards: allBut("/health", "/metrics"),
  unauthorized: json(401, { error: "Unauthorized" }),
  routeFor: (call) => (call.exchange.path.startsWith(CARD_PREFIX) ? oneModel : routes(call)),
};

/** 503 at once while it warms up and while it shuts down, though /v1/models is 200 in both. */
async function health(call: Call): Promise<void> {
  const { exchange, fault, backend } = call;
  if (backend.engine.stage !== "serving" || fault?.name === "draining") return send(call, empty(503));
  const silent = fault !== undefined && SILENT.has(fault.name);
  const slow = silent || fault?.name === "slow-health";
  await exchange.pause(slow ? HEALTH_TIMEOUT_MS : HEALTH_MS);
  send(call, empty(slow ? 503 : 200));
}

function models(call: Call): void | Promise<void> {
  return sendModels(call, { object: "list", data: cardFacts(call).map((facts) => card(call, facts)) });
}

/** GET /v1/models/{id}, which vLLM does not have. */
const oneModel: Route = (call) => {
  const id = decodeURIComponent(call.exchange.path.slice(CARD_PREFIX.length));
  const facts = cardFacts(call).find((candidate) => candidate.id === id);
  if (facts !== undefined) return send(call, json(200, card(call, facts)));
  const message = `The model '${id}' does not exist`;
  const error = { message, type: "invalid_request_error", param: "model", code: "model_not_found" };
  send(call, json(404, { error }));
};

function card({ backend }: Call, { id, root, parent, maxModelLen }: CardFacts): object {
  return {
    id,
    object: "model",
    created: seconds(backend.now()),
    owned_by: "sglang",
    // A base model's root is its name here, not its path.
    root: parent === null ? id : root,
    parent,
    max_model_len: maxModelLen,
  };
}

function modelInfo(call: Call): void {
  const { root } = identity(call);
  send(call, json(200, { model_path: root, tokenizer_path: root, is_generation: true }));
}
