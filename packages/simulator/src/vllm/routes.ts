import { json } from "./answer.ts";
import { type Call, type Route, send } from "./call.ts";
import { countTokens } from "./count-tokens.ts";
import type { VllmError } from "./error-body.ts";
import { MESSAGES_FORMAT } from "./formats/messages-format.ts";
import { RESPONSES_FORMAT } from "./formats/responses-format.ts";
import { health } from "./health.ts";
import { inference } from "./inference.ts";
import { TASK_ROUTES } from "./inference-routes.ts";
import { IMAGE_ROUTES, SPEECH_ROUTES, TRANSCRIPTION_ROUTES } from "./media.ts";
import { metrics } from "./metrics.ts";
import { models } from "./models.ts";
import { CLASSIFY_ROUTES, SCORE_ROUTES } from "./ranking.ts";
import { Refusal } from "./refusal.ts";
import { FASTAPI, openApi, router, type Routes } from "./router.ts";
import { isSleeping, sleep, wakeUp } from "./sleep.ts";
import { storedResponseRoute, storing } from "./stored-responses.ts";
import type { Task } from "./task.ts";
import { detokenize, tokenize } from "./tokenize.ts";

/** There is no GET /v1/models/{id}, and HEAD is not GET. */
const ROUTES: Routes = {
  "/health": { GET: health },
  "/ping": { GET: health, POST: health },
  "/version": { GET: (call) => send(call, json(200, { version: call.backend.settings.version })) },
  // Stays 0 unless vLLM was started with --enable-server-load-tracking.
  "/load": { GET: (call) => send(call, json(200, { server_load: 0 })) },
  "/metrics": { GET: metrics },
  "/tokenize": { POST: tokenize },
  "/detokenize": { POST: detokenize },
  "/v1/models": { GET: models },
};

const NO_SCALE_OUT: VllmError = {
  status: 403,
  type: "PermissionDeniedError",
  message: "Scale-out endpoints are disabled. Restart vllm serve with --enable-scale-out to enable them.",
};

/** What a model that generates has besides chat and completions. */
const GENERATE_ROUTES: Routes = {
  "/v1/chat/completions/render": { POST: refuseScaleOut },
  "/v1/completions/render": { POST: refuseScaleOut },
  "/v1/responses": { POST: inference("responses", (call) => storing(call, RESPONSES_FORMAT)) },
  "/v1/messages": { POST: inference("messages", () => MESSAGES_FORMAT) },
  "/v1/messages/count_tokens": { POST: countTokens },
};

/** Only with VLLM_SERVER_DEV_MODE=1. */
const DEV_ROUTES: Routes = {
  "/is_sleeping": { GET: isSleeping },
  "/sleep": { POST: sleep },
  "/wake_up": { POST: wakeUp },
};

/** By task, beside what a model that generates has. */
const OTHER_ROUTES: Readonly<Record<Task, Routes>> = {
  generate: {},
  embed: TASK_ROUTES.embed,
  score: { ...SCORE_ROUTES, "/pooling": CLASSIFY_ROUTES["/pooling"] },
  classify: CLASSIFY_ROUTES,
  transcription: TRANSCRIPTION_ROUTES,
  speech: SPEECH_ROUTES,
  image: IMAGE_ROUTES,
  // A WebSocket: no route of HTTP.
  realtime: {},
};

/** Routes are attached for what the model is for: the others are not there at all. */
export function routeFor(call: Call): Route {
  const { devMode, tasks } = call.backend.settings;
  const generates = tasks.includes("generate");
  const routes: Routes = {
    ...ROUTES,
    ...(generates && { ...TASK_ROUTES.generate, ...GENERATE_ROUTES }),
    ...Object.assign({}, ...tasks.map((task) => OTHER_ROUTES[task])),
    ...(devMode && DEV_ROUTES),
  };
  return (generates ? storedResponseRoute(call) : undefined) ?? router(openApi(routes), FASTAPI)(call);
}

function refuseScaleOut(): never {
  throw new Refusal(NO_SCALE_OUT);
}
