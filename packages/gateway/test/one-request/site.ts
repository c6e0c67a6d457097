import type { Config } from "@rollcall/contract";
import { configOf, snapshotOf, verdictOn } from "../deployments.ts";

/** `chat` has three deployments of which one is down, and an alias that stands in for it. */
const ENTRIES = {
  "chat-1": { alias: "chat", params: { order: 1 } },
  "chat-2": { alias: "chat", params: { order: 2 } },
  "chat-3": { alias: "chat" },
  "other-1": { alias: "other" },
  "lone-1": { alias: "lone" },
  "away-1": { alias: "away" },
};

const DOWN: ReadonlySet<string> = new Set(["chat-3", "away-1"]);

export function seededConfig(rollcall: object = {}): Config {
  return configOf(ENTRIES, {
    general_settings: { master_key: "sk-master" },
    router_settings: { fallbacks: [{ chat: ["other"] }] },
    litellm_settings: { num_retries: 2 },
    rollcall,
  });
}

export const SNAPSHOT = snapshotOf(
  seededConfig().deployments.map((deployment) =>
    verdictOn(deployment, DOWN.has(deployment.id) ? "down" : "ok"),
  ),
);
