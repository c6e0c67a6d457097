import { json } from "../../vllm/answer.ts";
import { type Call, type Route, send } from "../../vllm/call.ts";
import { PLAIN } from "../../vllm/dialect.ts";
import { healthRoute } from "../../vllm/health-route.ts";
import { inference } from "../../vllm/inference.ts";
import { TASK_ROUTES } from "../../vllm/inference-routes.ts";
import { Refusal } from "../../vllm/refusal.ts";
import { router, type Routes } from "../../vllm/router.ts";
import { allButExactly, type ServerKind } from "../server-kind.ts";
import { errorBody, refused } from "./errors.ts";
import { buildInfo, newId } from "./facts.ts";
import { LLAMACPP_MESSAGES } from "./messages-format.ts";
import { metrics } from "./metrics.ts";
import { models } from "./models.ts";
import { LLAMACPP_CHAT, LLAMACPP_COMPLETION } from "./openai-format.ts";
import { props } from "./props.ts";
import { LLAMACPP_RESPONSES } from "./responses-format.ts";
import { LLAMACPP_RULES } from "./rules.ts";

const LOADING = refused(503, "Loading model");
const NOT_FOUND = refused(404, "File Not Found");

const health = healthRoute(() => json(200, { status: "ok" }));

/** What one that generates has; embeddings and reranking are there to say that they are off. */
const ROUTES: Routes = {
  "/health": { GET: health },
  "/v1/health": { GET: health },
  "/models": { GET: models },
  "/v1/models": { GET: models },
  "/props": { GET: props },
  "/metrics": { GET: metrics },
  ...TASK_ROUTES.generate,
  "/v1/embeddings": { POST: unsupported("embeddings", "--embeddings") },
  "/v1/rerank": { POST: unsupported("reranking", "--reranking") },
  "/v1/responses": { POST: inference("responses", () => LLAMACPP_RESPONSES) },
  "/v1/messages": { POST: inference("messages", () => LLAMACPP_MESSAGES) },
};

const isGuarded = allButExactly("/health", "/v1/health", "/models", "/v1/models", "/");

const NO_ROUTE = { notFound: () => NOT_FOUND, notAllowed: () => NOT_FOUND };
const generating = router(ROUTES, NO_ROUTE);
const embedding = router({ ...ROUTES, ...TASK_ROUTES.embed }, NO_ROUTE);

export const LLAMACPP: ServerKind = {
  dialect: {
    ...PLAIN,
    headers: { server: "llama.cpp", "access-control-allow-origin": "" },
    // cpp-httplib ends a connection with an error, and announces how long it keeps a good one.
    trailing: (status) => (status < 400 ? { "keep-alive": "timeout=5, max=100" } : { connection: "close" }),
    streamHeaders: {
      "x-accel-buffering": "no",
      "content-type": "text/event-stream",
      "transfer-encoding": "chunked",
    },
    dated: false,
    jsonType: "application/json; charset=utf-8",
    typeFirst: true,
    finishesWithToken: false,
    chat: LLAMACPP_CHAT,
    completion: LLAMACPP_COMPLETION,
    newId,
    fingerprint: buildInfo,
    rules: () => LLAMACPP_RULES,
    // The one model that there is answers to every name, under its own.
    unknownModel: (_asked, names) => names[0] ?? "",
    error: (cause) => json(cause.status, errorBody(cause)),
    errorEvent: errorBody,
  },
  version: "b7000",
  tasks: ["generate"],
  listensWhileLoading: true,
  silentOnTerminateMs: 30_000,
  // The list is public: a wrong key does not show there, but at /metrics and /props.
  // While it loads it says so to everybody.
  guards: (path, stage) => stage === "serving" && isGuarded(path),
  unauthorized: refused(401, "Invalid API Key"),
  routeFor,
};

function routeFor(call: Call): Route {
  if (isLoading(call)) return (loading) => send(loading, LOADING);
  return call.backend.settings.tasks.includes("embed") ? embedding(call) : generating(call);
}

/** Everything is refused while it loads, but for the list of some versions. */
function isLoading({ backend, exchange }: Call): boolean {
  const { stage } = backend.engine;
  return stage === "starting" || (stage === "listed" && !exchange.path.endsWith("/models"));
}

function unsupported(what: string, flag: string): Route {
  const message = `This server does not support ${what}. Start it with \`${flag}\``;
  return () => {
    throw new Refusal({ status: 501, type: "", message });
  };
}
