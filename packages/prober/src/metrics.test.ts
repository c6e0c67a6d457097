import { REASON_CODES } from "@rollcall/contract";
import { beforeEach, describe, expect, it } from "vitest";
import { configOf } from "../test/configs.ts";
import { absent, fault } from "./decide/outcome.ts";
import type { ModelsReading } from "./decide/read-models.ts";
import { Fleet } from "./fleet.ts";
import { ProberMetrics } from "./metrics.ts";

const config = configOf([
  { id: "1", alias: "a", base: "http://gpu-1:8000", key: "sk-hidden" },
  { id: "2", alias: "b/c", model: "qwen", base: "http://gpu-2:8000" },
]);
const [first = "", second = ""] = config.backends.map(({ id }) => id);
const serves: ModelsReading = { kind: "models", names: ["llama"] };

let fleet: Fleet;
let metrics: ProberMetrics;

beforeEach(() => {
  fleet = new Fleet();
  fleet.adopt(config, null, 5_000);
  metrics = new ProberMetrics();
});

function record(backend: string, models: ModelsReading, now: number): void {
  const thresholds = { failures: 2, loadTimeMs: 600_000 };
  fleet.record(backend, { models, health: null, durationMs: 1 }, { thresholds, now });
}

async function lines(start: string): Promise<readonly string[]> {
  const text = await metrics.print(fleet);
  return text.split("\n").filter((line) => line.startsWith(start));
}

describe("a deployment", () => {
  it("shows both facts, the reason and since when", async () => {
    record(first, serves, 7_000);
    record(second, serves, 8_500);
    // The same again: since stays.
    record(first, serves, 9_000);
    expect(await lines("rollcall_deployment_")).toEqual([
      'rollcall_deployment_ready{deployment="1",alias="a"} 1',
      'rollcall_deployment_ready{deployment="2",alias="b/c"} 1',
      'rollcall_deployment_name_matches{deployment="1",alias="a"} 1',
      'rollcall_deployment_name_matches{deployment="2",alias="b/c"} 0',
      'rollcall_deployment_reason{deployment="1",alias="a",reason="ok"} 1',
      'rollcall_deployment_reason{deployment="2",alias="b/c",reason="wrong_name"} 1',
      'rollcall_deployment_since_timestamp_seconds{deployment="1",alias="a"} 7',
      'rollcall_deployment_since_timestamp_seconds{deployment="2",alias="b/c"} 8.5',
    ]);
  });

  it("shows one reason at a time, and none of what it was", async () => {
    record(first, serves, 7_000);
    await metrics.print(fleet);
    record(first, fault("wrong_key", "x") as ModelsReading, 8_000);
    expect(await lines('rollcall_deployment_reason{deployment="1"')).toEqual([
      'rollcall_deployment_reason{deployment="1",alias="a",reason="wrong_key"} 1',
    ]);
  });

  it("is gone when the config is without it", async () => {
    await metrics.print(fleet);
    fleet.adopt(configOf([{ id: "2", alias: "b/c" }]), null, 9_000);
    expect(await lines('rollcall_deployment_ready{deployment="1"')).toEqual([]);
    expect(await lines("rollcall_deployment_ready")).toHaveLength(1);
  });
});

describe("probes", () => {
  it("are counted by result, and timed where a model list came", async () => {
    metrics.probed({ models: serves, health: null, durationMs: 30 });
    metrics.probed({ models: absent("x") as ModelsReading, health: null, durationMs: 4_000 });
    metrics.probed({ models: fault("dns", "x") as ModelsReading, health: null, durationMs: 4_000 });
    expect(await lines("rollcall_probes_total")).toEqual([
      'rollcall_probes_total{result="models"} 1',
      'rollcall_probes_total{result="absent"} 1',
      'rollcall_probes_total{result="fault"} 1',
    ]);
    expect(await lines("rollcall_probe_duration_seconds_count")).toEqual([
      "rollcall_probe_duration_seconds_count 1",
    ]);
    expect(await lines("rollcall_probe_duration_seconds_sum")).toEqual([
      "rollcall_probe_duration_seconds_sum 0.03",
    ]);
  });
});

it("transitions stand at zero for every reason before there is one", async () => {
  expect(await lines("rollcall_transitions_total")).toEqual(
    REASON_CODES.map((reason) => `rollcall_transitions_total{reason="${reason}"} 0`),
  );
});

it("neither host nor key is shown", async () => {
  record(first, serves, 7_000);
  expect(await metrics.print(fleet)).not.toMatch(/gpu-|8000|sk-hidden/);
});
