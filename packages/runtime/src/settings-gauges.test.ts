import { AggregatorRegistry, Registry } from "prom-client";
import { expect, test } from "vitest";
import { Cell } from "./cell.ts";
import { registerSettingsGauges } from "./settings-gauges.ts";
import { faultOf, NO_FAULT, type SettingsStatus } from "./settings-status.ts";
import type { Settings } from "./settings.ts";

function gauges(generation: number, status: SettingsStatus) {
  const registry = new Registry();
  const source = { cell: new Cell({ generation } as Settings), status: new Cell(status) };
  registerSettingsGauges({ registry, prefix: "rollcall_prober", source });
  return { registry, source };
}

const valuesOf = async (registry: Pick<Registry, "metrics">) =>
  (await registry.metrics()).split("\n").filter((line) => line.startsWith("rollcall"));

test("the gauges show at each scrape what is in force and what is not", async () => {
  const { registry, source } = gauges(1, NO_FAULT);
  expect(await valuesOf(registry)).toEqual([
    "rollcall_prober_config_generation 1",
    "rollcall_prober_config_fault 0",
    "rollcall_prober_settings_need_restart 0",
  ]);
  source.cell.set({ generation: 2 } as Settings);
  source.status.set({ fault: faultOf("config.yaml"), needRestart: ["prober.port", "state.file"] });
  expect(await valuesOf(registry)).toEqual([
    "rollcall_prober_config_generation 2",
    "rollcall_prober_config_fault 1",
    "rollcall_prober_settings_need_restart 2",
  ]);
});

test("of several workers the worst is shown", async () => {
  const workers = [
    gauges(3, NO_FAULT),
    gauges(2, { fault: faultOf("config.yaml"), needRestart: ["prober.port"] }),
  ];
  const counts = await Promise.all(workers.map(({ registry }) => registry.getMetricsAsJSON()));
  expect(await valuesOf(AggregatorRegistry.aggregate(counts))).toEqual([
    "rollcall_prober_config_generation 3",
    "rollcall_prober_config_fault 1",
    "rollcall_prober_settings_need_restart 1",
  ]);
});
