import { DEFAULTS } from "./defaults.ts";
import { count, duration, flag, port, text, texts } from "./schema-parts.ts";

type Text = string;
type Duration = string | number;

/** What a person writes under `rollcall:`. */
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

/** JSON schema of `rollcall:`. */
export const ROLLCALL_SCHEMA = {
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
