import { json } from "./answer.ts";
import { type Call, type Route, send } from "./call.ts";
import { chatCompletions } from "./chat-completions.ts";
import { completions } from "./completions.ts";
import { embeddings } from "./embeddings.ts";
import { health } from "./health.ts";
import { metrics } from "./metrics.ts";
import { models } from "./models.ts";
import { tokenize } from "./tokenize.ts";

/** Path, then method. There is no GET /v1/models/{id}, and HEAD is not GET. */
const ROUTES: Record<string, Record<string, Route>> = {
  "/health": { GET: health },
  "/ping": { GET: health, POST: health },
  "/version": { GET: (call) => send(call, json(200, { version: call.backend.settings.version })) },
  // Stays 0 unless vLLM was started with --enable-server-load-tracking.
  "/load": { GET: (call) => send(call, json(200, { server_load: 0 })) },
  "/metrics": { GET: metrics },
  "/tokenize": { POST: tokenize },
  "/v1/models": { GET: models },
  "/v1/chat/completions": { POST: chatCompletions },
  "/v1/completions": { POST: completions },
  "/v1/embeddings": { POST: embeddings },
};

const INFERENCE = new Set(["/v1/chat/completions", "/v1/completions", "/v1/embeddings"]);

export function isInference(path: string): boolean {
  return INFERENCE.has(path);
}

/** The router's own 404 and 405 are FastAPI's, not vLLM's error object. */
export function routeFor({ exchange }: Call): Route {
  const methods = ROUTES[exchange.path];
  if (methods === undefined) return (call) => send(call, json(404, { detail: "Not Found" }));
  const allow = Object.keys(methods).join(", ");
  return methods[exchange.method] ?? ((call) => send(call, methodNotAllowed(allow)));
}

function methodNotAllowed(allow: string): ReturnType<typeof json> {
  const answer = json(405, { detail: "Method Not Allowed" });
  return { ...answer, headers: { allow, ...answer.headers } };
}
