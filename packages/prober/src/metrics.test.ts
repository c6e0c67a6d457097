import { REASON_CODES } from "@rollcall/contract";
import { beforeEach, describe, expect, it } from "vitest";
import { configOf } from "../test/configs.ts";
import { cardOf, loadOf, serves, resultOf } from "../test/probe-results.ts";
import { readyHistory, instant } from "../test/deployment-histories.ts";
import { absent, fault } from "./read/outcome.ts";
import type { ModelsReading } from "./read/outcome.ts";
import type { ProbeResult } from "./read/probe-result.ts";
import { targetsOf } from "./remember/target.ts";
import { Fleet, type Judging, type Transition } from "./fleet.ts";
import { ProberMetrics } from "./metrics.ts";

const config = configOf([
  { id: "1", alias: "a", base: "http://gpu-1:8000", key: "sk-hidden" },
  { id: "2", alias: "b/c", model: "qwen", base: "http://gpu-2:8000" },
]);
const [first = "", second = ""] = config.backends.flatMap(targetsOf).map(({ id }) => id);

let fleet: Fleet;
let metrics: ProberMetrics;

beforeEach(() => {
  fleet = new Fleet();
  fleet.adopt(config, null, instant(5_000));
  metrics = new ProberMetrics();
});

function see(backend: string, result: Partial<ProbeResult>, now: number): Transition[] {
  const thresholds = { failures: 2, successes: 1, loadTimeMs: 600_000, stallTimeMs: 120_000 };
  const judging: Judging = { thresholds, now: instant(now) };
  return fleet.record(fleet.judge(backend, resultOf(result), judging), judging);
}

function record(backend: string, models: ModelsReading, now: number): void {
  see(backend, { models }, now);
}

function print(now = 10_000, writtenAt: number | null = null): Promise<string> {
  return metrics.print(fleet, { now, writtenAt });
}

async function lines(start: string): Promise<readonly string[]> {
  const text = await print();
  return text.split("\n").filter((line) => line.startsWith(start));
}

describe("a deployment", () => {
  it("shows both facts, the reason and since when", async () => {
    record(first, serves("llama"), 7_000);
    record(second, serves("llama"), 8_500);
    // The same again: since stays.
    record(first, serves("llama"), 9_000);
    expect(await lines("rollcall_deployment_")).toEqual([
      'rollcall_deployment_transitions_total{deployment="1",alias="a"} 0',
      'rollcall_deployment_transitions_total{deployment="2",alias="b/c"} 0',
      'rollcall_deployment_ready{deployment="1",alias="a"} 1',
      'rollcall_deployment_ready{deployment="2",alias="b/c"} 1',
      'rollcall_deployment_name_matches{deployment="1",alias="a"} 1',
      'rollcall_deployment_name_matches{deployment="2",alias="b/c"} 0',
      'rollcall_deployment_since_timestamp_seconds{deployment="1",alias="a"} 7',
      'rollcall_deployment_since_timestamp_seconds{deployment="2",alias="b/c"} 8.5',
      'rollcall_deployment_state_seconds{deployment="1",alias="a"} 3',
      'rollcall_deployment_state_seconds{deployment="2",alias="b/c"} 1.5',
      'rollcall_deployment_reason{deployment="1",alias="a",reason="ok"} 1',
      'rollcall_deployment_reason{deployment="2",alias="b/c",reason="wrong_name"} 1',
    ]);
  });

  it("shows one reason at a time, and what it was as 0, until the config is without it", async () => {
    record(first, serves("llama"), 7_000);
    await print();
    record(first, fault("wrong_key", "x"), 8_000);
    const reasons = () => lines('rollcall_deployment_reason{deployment="1"');
    expect(await reasons()).toEqual([
      'rollcall_deployment_reason{deployment="1",alias="a",reason="ok"} 0',
      'rollcall_deployment_reason{deployment="1",alias="a",reason="wrong_key"} 1',
    ]);
    fleet.adopt(configOf([{ id: "2", alias: "b/c" }]), null, instant(9_000));
    expect(await reasons()).toEqual([]);
  });

  it("is gone when the config is without it", async () => {
    await print();
    fleet.adopt(configOf([{ id: "2", alias: "b/c" }]), null, instant(9_000));
    expect(await lines('rollcall_deployment_ready{deployment="1"')).toEqual([]);
    expect(await lines("rollcall_deployment_ready")).toHaveLength(1);
  });
});

describe("probes", () => {
  it("are counted by result, and timed where a model list came", async () => {
    metrics.probed(resultOf({ durationMs: 30 }));
    metrics.probed(resultOf({ models: absent("x") as ModelsReading, durationMs: 4_000 }));
    metrics.probed(resultOf({ models: fault("dns", "x") as ModelsReading, durationMs: 4_000 }));
    expect(await lines("rollcall_prober_probes_total")).toEqual([
      'rollcall_prober_probes_total{result="models"} 1',
      'rollcall_prober_probes_total{result="fault"} 1',
      'rollcall_prober_probes_total{result="absent"} 1',
    ]);
    expect(await lines("rollcall_prober_probe_duration_seconds_count")).toEqual([
      "rollcall_prober_probe_duration_seconds_count 1",
    ]);
    expect(await lines("rollcall_prober_probe_duration_seconds_sum")).toEqual([
      "rollcall_prober_probe_duration_seconds_sum 0.03",
    ]);
  });
});

it("transitions stand at zero for every reason before there is one", async () => {
  expect(await lines("rollcall_prober_transitions_total")).toEqual(
    REASON_CODES.map((reason) => `rollcall_prober_transitions_total{reason="${reason}"} 0`),
  );
});

it("neither host nor key is shown", async () => {
  record(first, serves("llama"), 7_000);
  expect(await print()).not.toMatch(/gpu-|8000|sk-hidden/);
});

describe("what a backend says of its work", () => {
  it("is shown for each deployment on it, and has no sample where it says nothing", async () => {
    see(first, { load: loadOf({ running: 3, waiting: 2, kvUsage: 0.25 }) }, 7_000);
    see(second, { load: loadOf({ running: 1, kvUsage: null }) }, 7_000);
    expect(await lines("rollcall_deployment_requests_")).toEqual([
      'rollcall_deployment_requests_running{deployment="1",alias="a"} 3',
      'rollcall_deployment_requests_running{deployment="2",alias="b/c"} 1',
      'rollcall_deployment_requests_waiting{deployment="1",alias="a"} 2',
      'rollcall_deployment_requests_waiting{deployment="2",alias="b/c"} 0',
    ]);
    expect(await lines("rollcall_deployment_kv_cache_usage_ratio{")).toEqual([
      'rollcall_deployment_kv_cache_usage_ratio{deployment="1",alias="a"} 0.25',
    ]);
    see(first, {}, 8_000);
    expect(await lines('rollcall_deployment_requests_running{deployment="1"')).toEqual([]);
  });

  it("is its context length too", async () => {
    const cards = [cardOf("llama", { maxModelLen: 8_192 })];
    see(first, { models: { kind: "models", cards } }, 7_000);
    expect(await lines("rollcall_deployment_max_model_len{")).toEqual([
      'rollcall_deployment_max_model_len{deployment="1",alias="a"} 8192',
    ]);
  });
});

it("a warning is shown as long as it holds", async () => {
  see(first, { skewMs: 90_000 }, 7_000);
  expect(await lines("rollcall_deployment_warning{")).toEqual([
    'rollcall_deployment_warning{deployment="1",alias="a",warning="clock_skew"} 1',
  ]);
  see(first, {}, 8_000);
  expect(await lines("rollcall_deployment_warning{")).toEqual([
    'rollcall_deployment_warning{deployment="1",alias="a",warning="clock_skew"} 0',
  ]);
});

it("endpoints that are missing are shown, each by itself", async () => {
  see(first, {}, 7_000);
  const round = { start: 1, exchanges: [], isWhole: true };
  fleet.recordEndpoints(first, { ...round, missing: ["embeddings", "rerank"] });
  expect(await lines("rollcall_deployment_endpoint_missing{")).toEqual([
    'rollcall_deployment_endpoint_missing{deployment="1",alias="a",endpoint="embeddings"} 1',
    'rollcall_deployment_endpoint_missing{deployment="1",alias="a",endpoint="rerank"} 1',
  ]);
  fleet.recordEndpoints(first, { ...round, missing: ["rerank"] });
  const missing = await lines("rollcall_deployment_endpoint_missing{");
  expect(missing.filter((line) => line.endsWith(" 1"))).toHaveLength(1);
});

it("a warning that comes is no transition of the reason", async () => {
  const { verdict } = readyHistory();
  metrics.changed({ before: verdict, after: { ...verdict, warnings: ["saturated"] } });
  metrics.changed({ before: verdict, after: { ...verdict, reason: "down" } });
  expect((await lines("rollcall_prober_transitions_total")).filter((line) => !line.endsWith(" 0"))).toEqual([
    'rollcall_prober_transitions_total{reason="down"} 1',
  ]);
});

describe("a deployment's transitions", () => {
  it("are counted from zero, each deployment's own", async () => {
    const [transition] = see(first, {}, 7_000);
    await print();
    metrics.changed(transition as Transition);
    expect(await lines("rollcall_deployment_transitions_total{")).toEqual([
      'rollcall_deployment_transitions_total{deployment="1",alias="a"} 1',
      'rollcall_deployment_transitions_total{deployment="2",alias="b/c"} 0',
    ]);
  });

  it("are forgotten with it", async () => {
    await print();
    fleet.adopt(configOf([{ id: "2", alias: "renamed" }]), null, instant(9_000));
    expect(await lines("rollcall_deployment_transitions_total{")).toEqual([
      'rollcall_deployment_transitions_total{deployment="2",alias="renamed"} 0',
    ]);
  });
});

describe("the snapshot", () => {
  it("is as old as the last one that was written", async () => {
    const age = async (writtenAt: number | null) =>
      /^rollcall_prober_snapshot_age_seconds (.*)$/m.exec(await print(10_000, writtenAt))?.[1];
    expect([await age(null), await age(7_500)]).toEqual(["Nan", "2.5"]);
  });

  it("that could not be written is counted", async () => {
    metrics.snapshotFailed();
    metrics.snapshotFailed();
    expect(await lines("rollcall_prober_snapshot_write_failures_total")).toEqual([
      "rollcall_prober_snapshot_write_failures_total 2",
    ]);
  });
});

it("probes that began late are timed by how late they were", async () => {
  metrics.began(-5);
  metrics.began(300);
  expect(await lines("rollcall_prober_probe_lateness_seconds_sum")).toEqual([
    "rollcall_prober_probe_lateness_seconds_sum 0.3",
  ]);
  expect(await lines('rollcall_prober_probe_lateness_seconds_bucket{le="0.005"}')).toEqual([
    'rollcall_prober_probe_lateness_seconds_bucket{le="0.005"} 1',
  ]);
});
