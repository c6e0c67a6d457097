import { CALLBACK_SCHEMAS, type CallbackKey } from "./callback-keys.ts";
import { KINDS, type Kind } from "../kind.ts";
import { ALLOWED_FAILS_KEYS } from "./breaker-policy.ts";
import {
  REQUEST_PARAM_SCHEMAS,
  REQUEST_SETTING_SCHEMAS,
  type WrittenRequestSettings,
} from "./request-params.ts";
import { ROLLCALL_SCHEMA, type WrittenRollcall } from "./rollcall-section.ts";
import { count, flag, seconds, text, texts, verifyTls } from "./schema-parts.ts";

/** A secret or plain text that may be written as `os.environ/NAME`. */
type Text = string;

export interface WrittenDeployment {
  model_name: Text;
  litellm_params: WrittenRequestSettings & {
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
    num_retries?: number;
    organization?: Text | Text[];
    tags?: Text[];
    cooldown_time?: number;
    extra_headers?: Record<string, Text>;
    litellm_credential_name?: Text;
    ssl_verify?: boolean | Text;
    client_cert?: Text;
    client_key?: Text;
  };
  model_info?: {
    id?: Text;
    mode?: Text;
    kind?: Kind;
    canary?: boolean;
    disabled?: boolean;
    access_groups?: Text[];
    supported_environments?: Text[];
    blocked?: boolean;
    allowed_fails?: number;
    allowed_fails_policy?: WrittenAllowedFails;
    [more: string]: unknown;
  };
}

/** By LiteLLM's kind of error, `TimeoutErrorAllowedFails`: how many of them are let pass. */
export type WrittenAllowedFails = Readonly<Record<string, number>>;

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
  allowed_fails?: number;
  cooldown_time?: number;
}

/** What a person writes, after `os.environ/` was resolved where it is no secret. Fields of LiteLLM keep its names. */
export interface WrittenConfig {
  model_list: WrittenDeployment[];
  credential_list?: { credential_name: Text; credential_values?: Record<string, unknown> }[];
  litellm_settings?: WrittenRouting & {
    drop_params?: boolean;
    ssl_verify?: boolean | Text;
    ssl_certificate?: Text;
  } & { readonly [key in CallbackKey]?: unknown };
  router_settings?: WrittenRouting & {
    allowed_fails_policy?: WrittenAllowedFails;
    disable_cooldowns?: boolean;
    enable_tag_filtering?: boolean;
    tag_filtering_match_any?: boolean;
    default_litellm_params?: Partial<WrittenDeployment["litellm_params"]>;
  };
  general_settings?: {
    master_key?: Text;
    litellm_key_header_name?: Text;
    forward_client_headers_to_llm_api?: boolean;
    max_in_flight_requests_per_worker?: number;
    max_queued_requests_per_worker?: number;
    admission_queue_timeout_seconds?: number;
    always_include_stream_usage?: boolean;
  };
  environment_variables?: Record<string, Text>;
  include?: Text[];
  rollcall?: WrittenRollcall;
}

const fallbackList = (purpose: string) => ({
  type: "array",
  description: `[{alias: [other, …]}]: ${purpose}`,
  items: { type: "object", additionalProperties: texts },
});

/** Two minutes: `DEFAULTS.streamTimeoutMs`. */
const FIRST_TOKEN =
  "Until the first token of a stream; 120 by default. The same deployment is not asked again after it, another one once.";

const ALLOWED_FAILS =
  "Faults within a minute before a deployment becomes the second choice; 4 in half a minute by default.";

const cooldown = {
  type: "number",
  minimum: 0,
  description: "How long it then stays so, before a trial request. Seconds; from 1 to 30 by default.",
};

const allowedFailsPolicy = {
  type: "object",
  description: "The same by kind of error: TimeoutErrorAllowedFails, InternalServerErrorAllowedFails …",
  properties: Object.fromEntries(ALLOWED_FAILS_KEYS.map((key) => [key, count("Let pass within a minute.")])),
  additionalProperties: { type: "integer" },
};

const routing = {
  routing_strategy: text("How to choose among available deployments: LiteLLM's names."),
  num_retries: count("Further attempts after the first, before the first byte."),
  timeout: seconds("For a whole request."),
  stream_timeout: seconds(FIRST_TOKEN),
  request_timeout: seconds("For a whole request."),
  fallbacks: fallbackList("where to go when no deployment of alias can serve."),
  context_window_fallbacks: fallbackList("where to go when the prompt is too long for alias."),
  default_fallbacks: { ...texts, description: "Where to go for every alias without fallbacks of its own." },
  allowed_fails: count(ALLOWED_FAILS),
  cooldown_time: cooldown,
};

const litellmParams = {
  model: { ...text("<provider>/<served name>, for instance openai/gpt-oss-120b."), minLength: 1 },
  api_base: text("URL of the backend, with or without /v1."),
  base_url: text("Another spelling of api_base."),
  api_key: text("The backend's key: os.environ/NAME, file/PATH or the key itself."),
  custom_llm_provider: text("Provider, where model has no prefix."),
  timeout: seconds("For a whole request."),
  stream_timeout: seconds(FIRST_TOKEN),
  rpm: { ...count("Requests per minute: a weight for simple-shuffle."), type: "number" },
  tpm: { ...count("Tokens per minute: a weight for simple-shuffle."), type: "number" },
  weight: {
    type: "number",
    minimum: 0,
    description: "Share of the requests beside the others; 0 for a backup.",
  },
  order: { type: "integer", description: "Lower is tried first." },
  max_parallel_requests: count("Requests under way at once; further ones go elsewhere.", 1),
  num_retries: count("Further attempts after one of this deployment has failed."),
  organization: {
    ...text("OpenAI-Organization of its requests; of a list each one is a deployment."),
    type: ["string", "array"],
    items: { type: "string" },
  },
  tags: { ...texts, description: "For enable_tag_filtering; default is for requests without tags." },
  cooldown_time: cooldown,
  extra_headers: {
    type: "object",
    description: "Headers for every request to this backend.",
    additionalProperties: { type: "string" },
  },
  litellm_credential_name: text("An entry of credential_list that says what is not said here."),
  ssl_verify: verifyTls,
  client_cert: text("PEM file of the certificate that the backend is shown, where it wants one."),
  client_key: text("PEM file of that certificate's key, where it is not in the same file."),

  // What of a request an entry changes.
  ...REQUEST_PARAM_SCHEMAS,
  ...REQUEST_SETTING_SCHEMAS,
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
            properties: litellmParams,
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
              disabled: flag("Drained: it is probed, and gets no requests until this is removed."),
              access_groups: { ...texts, description: "Groups of aliases, for keys." },
              supported_environments: {
                ...texts,
                description:
                  "Served only where LITELLM_ENVIRONMENT is one of development, staging, production.",
              },
              blocked: flag("Not served until this is removed."),
              allowed_fails: count(ALLOWED_FAILS),
              allowed_fails_policy: allowedFailsPolicy,
            },
          },
        },
      },
    },
    credential_list: {
      type: "array",
      description: "Addresses and keys that several entries have in common.",
      items: {
        type: "object",
        required: ["credential_name"],
        properties: {
          credential_name: { ...text("What litellm_credential_name refers to."), minLength: 1 },
          credential_values: { type: "object", description: "Keys of litellm_params." },
        },
      },
    },
    litellm_settings: {
      type: "object",
      properties: {
        ...routing,
        ...CALLBACK_SCHEMAS,
        drop_params: REQUEST_SETTING_SCHEMAS.drop_params,
        ssl_verify: verifyTls,
        ssl_certificate: text("PEM file of a certificate and its key, for backends that want one."),
      },
    },
    router_settings: {
      type: "object",
      properties: {
        ...routing,
        allowed_fails_policy: allowedFailsPolicy,
        enable_tag_filtering: flag("Tags of a request choose among the deployments of its alias."),
        tag_filtering_match_any: flag("Is one of a request's tags enough? true by default."),
        disable_cooldowns: flag("No fault of a request makes a deployment the second choice for longer."),
        default_litellm_params: {
          type: "object",
          description: "Parameters for every entry of model_list that does not say them itself.",
          properties: litellmParams,
        },
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
    general_settings: {
      type: "object",
      properties: {
        master_key: text("The key that apps send."),
        litellm_key_header_name: text("A further header that may bring the key, before all others."),
        forward_client_headers_to_llm_api: {
          type: "boolean",
          description: "Headers of apps that begin with x- go on to backends.",
        },
        always_include_stream_usage: flag("Streams are asked for their usage, and end with it."),
        max_in_flight_requests_per_worker: count(
          "Turns on the queue of those who wait while a model loads.",
          1,
        ),
        max_queued_requests_per_worker: count(
          "How many of a worker's requests may wait: rollcall.queue.size.",
        ),
        admission_queue_timeout_seconds: seconds("How long one may wait: rollcall.queue.time."),
      },
    },
    environment_variables: { type: "object", additionalProperties: { type: "string" } },
    include: { ...texts, description: "Further files, relative to this one." },
    rollcall: ROLLCALL_SCHEMA,
  },
};
