import { CALLBACK_KEYS } from "./callback-keys.ts";

/** Settings that are honoured with another effect than in LiteLLM, by their name. */
export const DIFFERENCES: ReadonlyMap<string, string> = new Map([
  ...CALLBACK_KEYS.map((key): [string, string] => [
    `litellm_settings.${key}`,
    "otel and langfuse send spans over OTLP/HTTP, without prompts and answers; prometheus has nothing to turn on, since /metrics is there in any case",
  ]),
  ["litellm_params.rpm", "a weight where routing_strategy is simple-shuffle, and no limit"],
  ["litellm_params.tpm", "a weight where routing_strategy is simple-shuffle, and no limit"],
  [
    "general_settings.max_in_flight_requests_per_worker",
    "no limit here: it turns on the queue, in which requests wait while a model loads; max_parallel_requests of an entry and rollcall.gateway.max_connections are limits",
  ],
  [
    "general_settings.max_queued_requests_per_worker",
    "beside max_in_flight_requests_per_worker: how many of a worker's requests may wait while a model loads, as rollcall.queue.size says for all workers",
  ],
  [
    "general_settings.admission_queue_timeout_seconds",
    "beside max_in_flight_requests_per_worker: how long one may wait while a model loads, as rollcall.queue.time",
  ],
]);
