import { KINDS, type Kind } from "../kind.ts";
import { DEFAULTS } from "./defaults.ts";

/** A secret or plain text that may be written as `os.environ/NAME`. */
type Text = string;
type Duration = string | number;

export interface WrittenDeployment {
  model_name: Text;
  litellm_params: {
    model: Text;
    api_base?: Text;
    base_url?: Text;
    api_key?: Text;
    custom_llm_provider?: Text;
    timeout?: number;
    stream_timeout?: number;
    rpm?: number;
    tpm?: number;
    weight?: number;
    order?: number;
    max_parallel_requests?: number;
    extra_headers?: Record<string, Text>;
  };
  model_info?: { id?: Text; mode?: Text; kind?: Kind; canary?: boolean };
}

export interface WrittenRouting {
  routing_strategy?: Text;
  num_retries?: number;
  timeout?: number;
  stream_timeout?: number;
  request_timeout?: number;
  fallbacks?: Record<string, Text[]>[];
  context_window_fallbacks?: Record<string, Text[]>[];
  default_fallbacks?: Text[];
  model_group_alias?: Record<string, Text | { model: Text; hidden?: boolean }>;
}

export interface WrittenRollcall {
  prober?: {
    host?: Text;
    port?: number;
    interval?: Duration;
    not_ready_interval?: Duration;
    max_interval?: Duration;
    timeout?: Duration;
    failures?: number;
    successes?: number;
    concurrency?: number;
    load_time?: Duration;
    stall_time?: Duration;
    canary?: boolean;
  };
  gateway?: {
    host?: Text;
    port?: number;
    max_body?: Text | number;
    drain?: Duration;
    settle?: Duration;
    idle_timeout?: Duration;
    slow_start?: Duration;
    max_connections?: number;
    workers?: number | "auto";
    access_log?: boolean;
    allow_unauthenticated?: boolean;
  };
  state?: { file?: Text; probers?: Text[]; on_stale?: "keep" | "refuse" };
  queue?: { size?: number; time?: Duration };
  env_file?: Text;
}

/** What a person writes, after `os.environ/` was resolved where it is no secret. Fields of LiteLLM keep its names. */
export interface WrittenConfig {
  model_list: WrittenDeployment[];
  litellm_settings?: WrittenRouting & { drop_params?: boolean };
  router_settings?: WrittenRouting;
  general_settings?: { master_key?: Text };
  environment_variables?: Record<string, Text>;
  include?: Text[];
  rollcall?: WrittenRollcall;
}

const text = (description: string) => ({ type: "string", description });
const seconds = (description: string) => ({
  type: "number",
  exclusiveMinimum: 0,
  description: `${description} Seconds.`,
});
const count = (description: string, minimum = 0) => ({ type: "integer", minimum, description });
const port = (fallback: number, who: string) => ({
  type: "integer",
  minimum: 0,
  maximum: 65_535,
  default: fallback,
  description: `Port of the ${who}; 0 takes any free one.`,
});
const duration = (ms: number, description: string) => ({
  type: ["string", "number"],
  default: ms % 60_000 === 0 ? `${ms / 60_000}m` : `${ms / 1_000}s`,
  description: `${description} A duration such as 500ms, 2s, 10m; a bare number is seconds.`,
});
const flag = (description: string) => ({ type: "boolean", description });
const texts = { type: "array", items: { type: "string" } };

const fallbackList = (purpose: string) => ({
  type: "array",
  description: `[{alias: [other, …]}]: ${purpose}`,
  items: { type: "object", additionalProperties: texts },
});

const routing = {
  routing_strategy: text("How to choose among available deployments: LiteLLM's names."),
  num_retries: count("Further attempts after the first, before the first byte."),
  timeout: seconds("For a whole request."),
  stream_timeout: seconds("Until the first byte of a stream."),
  request_timeout: seconds("For a whole request."),
  fallbacks: fallbackList("where to go when no deployment of alias can serve."),
  context_window_fallbacks: fallbackList("where to go when the prompt is too long for alias."),
  default_fallbacks: { ...texts, description: "Where to go for every alias without fallbacks of its own." },
};

const rollcall = {
  type: "object",
  additionalProperties: false,
  description: "Rollcall's own settings; LiteLLM ignores them.",
  properties: {
    prober: {
      type: "object",
      additionalProperties: false,
      properties: {
        host: text("Address to listen on; loopback unless told otherwise."),
        port: port(DEFAULTS.prober.port, "prober"),
        interval: duration(DEFAULTS.prober.intervalMs, "Between two probes of a ready backend."),
        not_ready_interval: duration(
          DEFAULTS.prober.notReadyIntervalMs,
          "Between two probes of one not ready.",
        ),
        max_interval: duration(
          DEFAULTS.prober.maxIntervalMs,
          "Longest time between two probes of one that has long been out.",
        ),
        timeout: duration(DEFAULTS.prober.timeoutMs, "For one probe."),
        failures: {
          ...count("Transient failures in a row before a ready one is taken out.", 1),
          default: DEFAULTS.prober.failures,
        },
        successes: {
          ...count("Good probes in a row before one that was out is taken in.", 1),
          default: DEFAULTS.prober.successes,
        },
        concurrency: { ...count("Probes under way at once.", 1), default: DEFAULTS.prober.concurrency },
        load_time: duration(
          DEFAULTS.prober.loadTimeMs,
          "How long a load may take before it is called overdue.",
        ),
        stall_time: duration(
          DEFAULTS.prober.stallTimeMs,
          "How long requests may be under way without any progress before the engine is called hung.",
        ),
        canary: flag("Ask every backend for one token after each start, before it is ready."),
      },
    },
    gateway: {
      type: "object",
      additionalProperties: false,
      properties: {
        host: text("Address to listen on; loopback unless told otherwise."),
        port: port(DEFAULTS.gateway.port, "gateway"),
        max_body: {
          type: ["string", "number"],
          default: "32MiB",
          description: "Largest request body, such as 32MiB.",
        },
        drain: duration(DEFAULTS.gateway.drainMs, "How long running requests may go on after SIGTERM."),
        settle: duration(
          DEFAULTS.gateway.settleMs,
          "After SIGTERM, how long to go on taking connections while readiness already says no.",
        ),
        idle_timeout: duration(DEFAULTS.gateway.idleTimeoutMs, "Between two events of a stream."),
        slow_start: duration(
          DEFAULTS.gateway.slowStartMs,
          "Until a deployment that came back has its full share.",
        ),
        max_connections: {
          ...count("Connections at once; further ones are refused.", 1),
          default: DEFAULTS.gateway.maxConnections,
        },
        workers: {
          type: ["integer", "string"],
          minimum: 1,
          maximum: 256,
          pattern: "^auto$",
          default: DEFAULTS.gateway.workers,
          description: "Processes that share the port; auto takes one a core.",
        },
        access_log: flag("Log a line for every request, not only for those that fail."),
        allow_unauthenticated: flag("Serve without a master key on an address other than loopback."),
      },
    },
    env_file: text("File of NAME=value lines, for os.environ/NAME; followed like this one."),
    queue: {
      type: "object",
      additionalProperties: false,
      description: "Requests that wait while a model loads, instead of failing.",
      properties: {
        size: { ...count("How many may wait at once; 0 for none."), default: DEFAULTS.queue.size },
        time: duration(DEFAULTS.queue.timeMs, "How long one may wait."),
      },
    },
    state: {
      type: "object",
      additionalProperties: false,
      properties: {
        file: text("File that the prober writes and the gateway reads."),
        probers: {
          ...texts,
          description:
            "Probers to follow over HTTP instead of the file, such as http://host:4001; the freshest is used.",
        },
        on_stale: {
          type: "string",
          enum: ["keep", "refuse"],
          default: "keep",
          description: "With no news for 3 intervals: keep to the last verdicts, or refuse all requests.",
        },
      },
    },
  },
};

/** JSON schema of the written config: the source for validation and for editors. */
export const CONFIG_SCHEMA = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "LiteLLM config.yaml as Rollcall reads it",
  type: "object",
  required: ["model_list"],
  properties: {
    model_list: {
      type: "array",
      description: "The deployments.",
      items: {
        type: "object",
        required: ["model_name", "litellm_params"],
        properties: {
          model_name: { ...text("The alias that apps call; several entries may share it."), minLength: 1 },
          litellm_params: {
            type: "object",
            required: ["model"],
            properties: {
              model: { ...text("<provider>/<served name>, for instance openai/gpt-oss-120b."), minLength: 1 },
              api_base: text("URL of the backend, with or without /v1."),
              base_url: text("Another spelling of api_base."),
              api_key: text("The backend's key: os.environ/NAME, file/PATH or the key itself."),
              custom_llm_provider: text("Provider, where model has no prefix."),
              timeout: seconds("For a whole request."),
              stream_timeout: seconds("Until the first byte of a stream."),
              rpm: { ...count("Requests per minute: a weight for simple-shuffle."), type: "number" },
              tpm: { ...count("Tokens per minute: a weight for simple-shuffle."), type: "number" },
              weight: {
                type: "number",
                minimum: 0,
                description: "Weight for simple-shuffle; before rpm, before tpm.",
              },
              order: { type: "integer", description: "Lower is tried first." },
              max_parallel_requests: count("Requests under way at once; further ones go elsewhere.", 1),
              extra_headers: {
                type: "object",
                description: "Headers for every request to this backend.",
                additionalProperties: { type: "string" },
              },
            },
          },
          model_info: {
            type: "object",
            properties: {
              id: { ...text("Name of this deployment in metrics and status."), minLength: 1 },
              mode: text("chat, completion, embedding, rerank …"),
              kind: {
                type: "string",
                enum: KINDS,
                description: "What server it is; found out where it is not said.",
              },
              canary: flag(
                "Must a request for one token succeed after each start? Overrides rollcall.prober.canary.",
              ),
            },
          },
        },
      },
    },
    litellm_settings: {
      type: "object",
      properties: { ...routing, drop_params: flag("Accepted: parameters go as they are.") },
    },
    router_settings: {
      type: "object",
      properties: {
        ...routing,
        model_group_alias: {
          type: "object",
          description: "{name: alias} or {name: {model: alias, hidden: true}}",
          additionalProperties: {
            type: ["string", "object"],
            required: ["model"],
            properties: { model: { type: "string" }, hidden: { type: "boolean" } },
          },
        },
      },
    },
    general_settings: { type: "object", properties: { master_key: text("The key that apps send.") } },
    environment_variables: { type: "object", additionalProperties: { type: "string" } },
    include: { ...texts, description: "Further files, relative to this one." },
    rollcall,
  },
};
