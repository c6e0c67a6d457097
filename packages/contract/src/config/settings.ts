import { CONTROL_SETTINGS, KEYS_SETTINGS } from "./key-settings.ts";
import { METRIC_SETTINGS } from "./metric-settings.ts";
import type { SettingTable } from "./setting.ts";
import { TRACES_SETTINGS } from "./trace-settings.ts";

/**
 * Every setting under `rollcall:`. Its types, JSON schema, documentation, reader and what a reload says of it follow from
 * its entry here.
 */
export const SETTINGS = {
  prober: {
    host: {
      kind: "string",
      default: "127.0.0.1",
      reload: "restart",
      description: "Address to listen on; loopback unless told otherwise.",
    },
    port: {
      kind: "port",
      default: 4001,
      reload: "restart",
      description: "Port of the prober; 0 takes any free one.",
    },
    interval: {
      kind: "duration",
      default: "2s",
      reload: "live",
      description: "Between two probes of a ready backend.",
    },
    not_ready_interval: {
      kind: "duration",
      default: "1s",
      reload: "live",
      description: "Between two probes of one not ready.",
    },
    max_interval: {
      kind: "duration",
      default: "10s",
      reload: "live",
      description: "Longest time between two probes of one that has long been out.",
    },
    timeout: { kind: "duration", default: "5s", reload: "live", description: "For one probe." },
    failures: {
      kind: "integer",
      default: 2,
      minimum: 1,
      reload: "live",
      description: "Transient failures in a row before a ready one is taken out.",
    },
    successes: {
      kind: "integer",
      default: 1,
      minimum: 1,
      reload: "live",
      description: "Good probes in a row before one that was out is taken in.",
    },
    concurrency: {
      kind: "integer",
      default: 512,
      minimum: 1,
      reload: "live",
      description: "Probes under way at once.",
    },
    load_time: {
      kind: "duration",
      default: "10m",
      reload: "live",
      description: "How long a load may take before it is called overdue.",
    },
    stall_time: {
      kind: "duration",
      default: "2m",
      reload: "live",
      description:
        "How long requests may be under way without any progress before the engine is called hung.",
    },
    canary: {
      kind: "boolean",
      default: false,
      reload: "live",
      description: "Ask every backend for one token after each start, before it is ready.",
    },
  },
  gateway: {
    host: {
      kind: "string",
      default: "127.0.0.1",
      reload: "restart",
      description: "Address to listen on; loopback unless told otherwise.",
    },
    port: {
      kind: "port",
      default: 4000,
      reload: "restart",
      description: "Port of the gateway; 0 takes any free one.",
    },
    workers: {
      kind: "count_or_auto",
      default: 1,
      maximum: 256,
      reload: "restart",
      description: "Processes that share the port; auto takes one per core.",
    },
    keyless: {
      kind: "boolean",
      default: false,
      formerly: "allow_unauthenticated",
      reload: "restart",
      description: "Serve without a master key on an address other than loopback.",
    },
    additional_master_keys: {
      kind: "secrets",
      default: [],
      reload: "live",
      description:
        "Keys that are taken beside general_settings.master_key, by gateway and prober, while a key is replaced.",
    },
    allowed_hosts: {
      kind: "hosts",
      default: [],
      reload: "live",
      description:
        "Names by which browsers may reach a gateway or prober that asks for no key, beside addresses and the name listened on; * for all.",
    },
    cors: {
      kind: "cors",
      default: "auto",
      reload: "live",
      description:
        "Web pages that may call the gateway from a browser: any, off, or a list of origins such as https://chat.example. auto is any where a key is asked for, else off.",
    },
    max_body: { kind: "size", default: "32MiB", reload: "live", description: "Largest request body." },
    body_memory: {
      kind: "size",
      default: "256MiB",
      reload: "live",
      description: "Memory for request bodies held at once, divided among workers.",
    },
    max_connections: {
      kind: "integer",
      default: 10_000,
      minimum: 1,
      reload: "live",
      description: "Connections at once; further ones are refused.",
    },
    idle_timeout: {
      kind: "duration",
      default: "1m",
      reload: "live",
      description: "Between two events of a stream.",
    },
    stream_heartbeat: {
      kind: "duration",
      // Nothing goes out before it is known what: a failure can then still be tried elsewhere.
      default: "0s",
      leastMs: 0,
      reload: "live",
      description:
        "How long a stream may wait for its first event before a 200 and a comment go out, and then one more each time; 0 for ever.",
    },
    slow_start: {
      kind: "duration",
      default: "10s",
      leastMs: 0,
      reload: "live",
      description: "Until a deployment that came back has its full share; 0 gives it at once.",
    },
    drain: {
      kind: "duration",
      default: "10m",
      leastMs: 0,
      reload: "live",
      description: "How long running requests may go on after SIGTERM; 0 cuts them off.",
    },
    settle: {
      kind: "duration",
      default: "0s",
      leastMs: 0,
      reload: "live",
      description:
        "After SIGTERM, how long to go on taking connections while readiness already says no. Behind a load balancer: longer than it takes to notice.",
    },
    access_log: {
      kind: "share",
      default: false,
      reload: "live",
      description: "Log a line for every request, not only for those that fail or are cut.",
    },
    explain_requests: {
      kind: "integer",
      default: 10_000,
      minimum: 0,
      reload: "live",
      description:
        "How many of the last requests `rollcall explain request` knows, divided among workers; 0 for none.",
    },
  },
  log: {
    level: {
      kind: "enum",
      values: ["debug", "info", "warn", "error", "silent"],
      default: "info",
      reload: "live",
      description: "How much all daemons log, unless --log-level says otherwise.",
    },
    format: {
      kind: "enum",
      values: ["json", "text"],
      default: "json",
      reload: "live",
      description: "Lines of JSON, or lines for people.",
    },
    client_address: {
      kind: "boolean",
      default: false,
      reload: "live",
      description: "Have the client's address in the lines about requests.",
    },
  },
  queue: {
    size: {
      kind: "integer",
      // No waiting unless asked for: a client that fails at once can go elsewhere.
      default: 0,
      minimum: 0,
      reload: "live",
      description: "How many may wait at once; 0 for none.",
    },
    time: { kind: "duration", default: "30s", reload: "live", description: "How long one may wait." },
  },
  state: {
    file: {
      kind: "string",
      default: null,
      reload: "restart",
      daemons: ["gateway", "prober"],
      description:
        "File that the prober writes and the gateway reads; without it, one that both derive from the config's path.",
    },
    probers: {
      kind: "origins",
      default: [],
      reload: "restart",
      daemons: ["gateway"],
      description:
        "Probers to follow over HTTP instead of the file, such as http://host:4001; one at a time is used.",
    },
    on_stale: {
      kind: "enum",
      values: ["keep", "refuse"],
      default: "keep",
      reload: "live",
      description: "Without an update for 3 intervals: keep the last verdicts, or refuse all requests.",
    },
  },
  keys: KEYS_SETTINGS,
  control: CONTROL_SETTINGS,
  metrics: METRIC_SETTINGS,
  traces: TRACES_SETTINGS,
  compat: {
    kind: "enum",
    values: ["none", "litellm"],
    default: "none",
    reload: "live",
    description: "Errors with the statuses of OpenAI, or with those that LiteLLM has in their place.",
  },
  env_file: {
    kind: "string",
    default: null,
    reload: "live",
    description: "File of NAME=value lines, for os.environ/NAME; followed like this one.",
  },
} as const satisfies SettingTable;
