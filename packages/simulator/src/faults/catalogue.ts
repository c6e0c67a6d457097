/** Every failure that can be switched on, and what a client then sees. */
export const FAULTS = {
  reset: "inference: the request is taken in, then RST",
  "reset-all": "every route: the request is taken in, then RST",
  close: "inference: the request is taken in, then FIN without an answer",
  "close-all": "every route: FIN without an answer, as docker's published port does while vLLM loads",
  hang: "inference never answers; /v1/models and /health do",
  "hang-all": "no route answers",
  "hang-mid-stream": "a stream falls silent after `after` events; an answer that is no stream never comes",
  "cut-mid-stream": "the connection is destroyed after `after` events, or half-way through a JSON body",
  "error-first-event": "200, then the error as the first event, then [DONE]; 500 when it is no stream",
  "error-mid-stream": "the error after `after` events, then [DONE]; 500 when it is no stream",
  abort: "200 with finish_reason abort and no content",
  "abort-queued":
    "as SIGTERM ends queued requests: a chat's role chunk and [DONE], only [DONE] of a completion; finish_reason abort in JSON",
  "shutting-down": "inference 500 cannot schedule new futures after shutdown; /health 503",
  draining: "as abort, streams under way included; vLLM's /health stays 200, SGLang's is 503",
  "engine-dead":
    "/health 503 and inference 500; /v1/models 200: with VLLM_KEEP_ALIVE_ON_ENGINE_DEATH, else see crashEngine",
  "engine-dead-500": "as engine-dead with /health 500, as vLLM before 0.11",
  "engine-dead-unnoticed": "inference 500 with the text of a dead engine; /health and /v1/models 200",
  "engine-error": "inference 500 EngineGenerateError with an empty message",
  "no-chat-template": "chat 400 with the template text; completions work",
  garbage: 'every token is "!"',
  asleep: "inference waits until the fault is left; engine_sleep_state awake is 0, /is_sleeping true",
  deadlock: "inference waits for ever: waiting is 1 and rises, running and kv usage are 0",
  "engine-stopped":
    "the engine process is stopped: requests wait, streams fall silent, gauges and counters stay (0 from idle), /health 200",
  saturated: "kv usage near 1, requests waiting, preemptions rising with every look at /metrics",
  "frozen-metrics": "/metrics: running above 0 and counters that do not move; all else works",
  overloaded: "inference: SGLang's and Ollama's 503, TGI's and TEI's 429; the other kinds only queue",
  "rate-limit": "inference 429 with Retry-After of `retryAfter` seconds",
  "models-rate-limit": "/v1/models 429 with Retry-After of `retryAfter` seconds",
  forbidden: "/v1/models 403, as from a proxy that checks who asks",
  scaling: "every route 503 with the scaling text",
  "slow-health": "/health answers after 15 s",
  "slow-drip": "/v1/models comes one byte per 200 ms",
  "endless-body": "/v1/models sends junk without end",
  redirect: "/v1/models 302 to `location`",
  "empty-models": "/v1/models lists nothing: data is []",
  "null-models": "/v1/models: data is null",
  "two-servers": "half of the connections reach another server, which serves `names`",
  "no-route": '/v1/* 404 {"detail":"Not Found"}',
  html: "every route 200 text/html",
  "not-openai": "every route 200 with JSON that is no list of models",
  "not-http": "every route answers with an SSH banner",
  "nginx-502": "every route: nginx's 502 page",
  "nginx-503": "every route: nginx's 503 page",
  "nginx-504": "every route: nginx's 504 page",
  "haproxy-502": "every route: HAProxy's 502 page",
  "haproxy-503": "every route: HAProxy's 503 page",
  "haproxy-504": "every route: HAProxy's 504 page",
  "traefik-502": "every route: Traefik's 502 text",
  "traefik-503": "every route: Traefik's 503 text",
  "traefik-504": "every route: Traefik's 504 text",
  "caddy-502": "every route: Caddy's empty 502",
  "caddy-503": "every route: Caddy's empty 503",
  "envoy-503": "every route: Envoy's 503, no healthy upstream",
  "envoy-504": "every route: Envoy's 504, upstream request timeout",
} as const satisfies Record<string, string>;

export type FaultName = keyof typeof FAULTS;

export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

export function isFaultName(name: unknown): name is FaultName {
  return typeof name === "string" && Object.hasOwn(FAULTS, name);
}
