import type { SettingTable } from "./setting.ts";

/** Under `rollcall.keys:`, entries of the settings table. */
export const KEYS_SETTINGS = {
  enabled: {
    kind: "boolean",
    default: false,
    reload: "restart",
    daemons: ["gateway", "control"],
    description: "Virtual keys beside the master key, with control, which keeps them in SQLite.",
  },
  stale_ok: {
    kind: "duration",
    default: "1h",
    reload: "live",
    description: "How long keys are taken as they were last known while control cannot be reached.",
  },
  min_length: {
    kind: "integer",
    default: 32,
    minimum: 16,
    reload: "live",
    description:
      "Characters that a key which a person chose needs; below 32 only those are taken that a pepper protects.",
  },
  pepper: {
    kind: "secret",
    default: null,
    reload: "live",
    description:
      "Mixed into what is kept of keys that people chose; whoever loses it has to replace those keys.",
  },
  cut_on_revoke: {
    kind: "boolean",
    default: false,
    reload: "live",
    description: "End the running streams of a key that is deleted, blocked or expired.",
  },
  user_budget_on_team_keys: {
    kind: "boolean",
    default: false,
    reload: "live",
    description: "Count requests with a team's key against the limits of the key's user too.",
  },
  limits: {
    kind: "limits",
    default: null,
    reload: "live",
    description:
      "What all virtual keys together may use, and what of one model: `{rpm: 6000, parallel: 200, models: {chat: {parallel: 20}}}`. The master key is not limited.",
  },
  burst: {
    kind: "duration",
    default: "10s",
    leastMs: 1_000,
    reload: "restart",
    daemons: ["gateway", "control"],
    description:
      "For how long a limit of requests a minute may be used up at once; at least one request may.",
  },
} as const satisfies SettingTable;

/** Under `rollcall.control:`, the daemon that keeps virtual keys. */
export const CONTROL_SETTINGS = {
  host: {
    kind: "string",
    default: "127.0.0.1",
    reload: "restart",
    description: "Address to listen on; loopback unless told otherwise.",
  },
  port: {
    kind: "port",
    default: 4002,
    reload: "restart",
    description: "Port of control's own; 0 takes any free one.",
  },
  token: {
    kind: "secret",
    default: null,
    reload: "live",
    description:
      "What gateways show to control for the key set; without it, a random one in a file of the state directory that both derive.",
  },
  admin_routes: {
    kind: "enum",
    values: ["gateway", "own", "off"],
    default: "gateway",
    reload: "live",
    description:
      "Where /key, /team and /user are answered: at the gateway's address and control's own, at control's own alone, or nowhere.",
  },
} as const satisfies SettingTable;
