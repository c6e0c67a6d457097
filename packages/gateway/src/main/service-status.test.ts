import { newActivity } from "./services.ts";
import { Cell, NO_FAULT, type SettingsStatus } from "@rollcall/runtime";
import { FakeClock } from "@rollcall/testkit";
import { expect, it } from "vitest";
import { configOf, snapshotOf, verdictOn } from "../../test/deployments.ts";
import { gatewayServiceStatus } from "./service-status.ts";
import type { Freshness } from "../probers/snapshot-feed.ts";
import { HealthRegistry } from "../health/health-registry.ts";
import { buildRoutingState } from "../routing-state.ts";

function observed() {
  const config = configOf(
    { one: { alias: "chat" }, two: { alias: "chat" }, three: { alias: "code" } },
    { router_settings: { model_group_alias: { "gpt-4": "chat" } } },
  );
  const [one, two, three] = config.deployments;
  if (one === undefined || two === undefined || three === undefined) throw new Error("three are configured");
  const verdicts = [verdictOn(one), verdictOn(two, "loading"), verdictOn(three, "wrong_name")];
  const settings = {
    config,
    secrets: { lackOf: () => null, value: () => null, valuesOf: () => [] } as never,
    generation: 1,
  };
  const state = { freshness: "fresh" as Freshness };
  const known = { health: new HealthRegistry(), clock: new FakeClock() };
  const gateway = {
    state: new Cell(buildRoutingState({ settings, snapshot: snapshotOf(verdicts), ...known })),
    feed: { freshness: () => state.freshness } as never,
    source: { status: new Cell<SettingsStatus>(NO_FAULT), refresh: () => false },
    activity: newActivity(),
  };
  return { gateway, known, state, settings };
}

it("says how many aliases can be called, second names not counted", () => {
  const { gateway } = observed();
  expect(gatewayServiceStatus(gateway).summary()).toBe("1 of 2 aliases ready; code: wrong_name");
});

it("says what is wrong with its news and with its config", () => {
  const { gateway, state } = observed();
  state.freshness = "stale";
  const fault = { detail: "config.yaml: error: at gpu-1", summary: "the config file has errors", logged: {} };
  gateway.source.status.set({ fault, needRestart: ["gateway.port"] });
  expect(gatewayServiceStatus(gateway).summary()).toBe(
    "1 of 2 aliases ready; code: wrong_name; the snapshot is stale: is the prober running?; the config file has errors; settings need a restart: gateway.port",
  );
});

it("without any news knows of nothing that can be called", () => {
  const { gateway, known, state, settings } = observed();
  state.freshness = "none";
  gateway.state.set(buildRoutingState({ settings, snapshot: null, ...known }));
  expect(gatewayServiceStatus(gateway).summary()).toBe(
    "0 of 2 aliases ready; chat: unknown; code: unknown; no snapshot from the prober yet",
  );
});

it("while it drains says how much is left", () => {
  const { gateway } = observed();
  gateway.activity.draining = true;
  gateway.activity.answering = 1;
  expect(gatewayServiceStatus(gateway).summary()).toBe("draining: 1 request under way");
  gateway.activity.answering = 12;
  expect(gatewayServiceStatus(gateway).summary()).toBe("draining: 12 requests under way");
});
