import type { SettingTable } from "./setting.ts";

/** Under `rollcall.metrics:`, entries of the settings table. */
export const METRIC_SETTINGS = {
  tokens: {
    kind: "boolean",
    default: true,
    reload: "live",
    daemons: ["gateway"],
    description:
      "Count the tokens that answers say they used; streams are asked for it where the app did not ask, and the app does not see it.",
  },
  exemplars: {
    kind: "boolean",
    default: false,
    reload: "live",
    daemons: ["gateway"],
    description:
      "Put the trace ids of requests that bring a traceparent beside durations, for scrapers that take OpenMetrics.",
  },
  litellm_names: {
    kind: "boolean",
    default: false,
    reload: "live",
    daemons: ["gateway"],
    description: "Print the counts under LiteLLM's names too, for its dashboards and rules.",
  },
  key_labels: {
    kind: "enum",
    values: ["none", "team", "key", "team_and_key"],
    default: "none",
    reload: "live",
    daemons: ["gateway"],
    description:
      "Count requests and tokens by the ids of who asked, too; /metrics of the gateway then needs a master key.",
  },
  key_series: {
    kind: "integer",
    default: 1_000,
    minimum: 1,
    reload: "live",
    daemons: ["gateway"],
    description: "So many teams or keys have series of their own; further ones are counted as other.",
  },
} as const satisfies SettingTable;
