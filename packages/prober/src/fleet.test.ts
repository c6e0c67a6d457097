import { beforeEach, describe, expect, it } from "vitest";
import { configOf } from "../test/configs.ts";
import { GOOD, snapshotOf } from "../test/tracks.ts";
import { absent, fault } from "./decide/outcome.ts";
import type { ModelsReading } from "./decide/read-models.ts";
import { Fleet, type Transition } from "./fleet.ts";

const config = configOf([
  { id: "1", alias: "a", model: "llama" },
  { id: "2", alias: "b", model: "qwen" },
  { id: "3", alias: "c", model: "llama", base: "http://b:8000" },
]);
const [shared = "", own = ""] = config.backends.map(({ id }) => id);

let fleet: Fleet;

beforeEach(() => {
  fleet = new Fleet();
  fleet.adopt(config, null, 0);
});

function record(backend: string, models: ModelsReading, now: number): Transition[] {
  const thresholds = { failures: 2, loadTimeMs: 600_000 };
  return fleet.record(backend, { models, health: null, durationMs: 1 }, { thresholds, now });
}

function reasons(): Record<string, string> {
  return Object.fromEntries(fleet.verdicts().map(({ deployment, reason }) => [deployment, reason]));
}

const serves = (...names: readonly string[]): ModelsReading => ({ kind: "models", names });

describe("one probe of a backend", () => {
  it("moves all deployments on it, each by its own expected name, and no other", () => {
    const changes = record(shared, serves("llama"), 5);
    expect(reasons()).toEqual({ 1: "ok", 2: "wrong_name", 3: "unknown" });
    expect(changes.map(({ before, after }) => [after.deployment, before.reason, after.reason])).toEqual([
      ["1", "unknown", "ok"],
      ["2", "unknown", "wrong_name"],
    ]);
  });

  it("that finds the same again changes nothing, and moves the time of the evidence", () => {
    record(own, serves("llama"), 5);
    expect(record(own, serves("llama"), 9)).toEqual([]);
    expect(fleet.verdicts()[2]).toMatchObject({ since: 5, observedAt: 9 });
  });

  it("that finds another wrong name is a change, since the hint is another", () => {
    record(own, serves("phi"), 5);
    const [change] = record(own, serves("gemma"), 9);
    expect(change?.after.hint).toContain('"gemma"');
  });

  it("that fails once where all was well is no change", () => {
    record(own, serves("llama"), 5);
    expect(record(own, absent("refused") as ModelsReading, 9)).toEqual([]);
    expect(fleet.tracksOn(own)).toMatchObject([{ failures: 1, verdict: { reason: "ok" } }]);
  });

  it("of a backend that nobody uses any more moves nothing", () => {
    const before = fleet.verdicts();
    expect(record("gone", fault("dns", "x") as ModelsReading, 5)).toEqual([]);
    expect(fleet.verdicts()).toEqual(before);
    expect(fleet.tracksOn("gone")).toEqual([]);
  });
});

describe("a config", () => {
  it("that is taken over keeps what is the same and groups anew", () => {
    record(shared, serves("llama"), 5);
    fleet.adopt(
      configOf([
        { id: "2", alias: "b", model: "qwen" },
        { id: "1", alias: "a" },
      ]),
      null,
      9,
    );
    expect(reasons()).toEqual({ 2: "wrong_name", 1: "ok" });
    expect(fleet.tracksOn(own)).toEqual([]);
    expect(fleet.tracksOn(shared)).toHaveLength(2);
  });

  it("goes on from the snapshot of an earlier run", () => {
    const earlier = fleet.verdicts().map((verdict) => ({ ...verdict, ...GOOD }));
    const next = new Fleet();
    next.adopt(config, snapshotOf(earlier), 9);
    expect(next.verdicts()).toEqual(earlier);
  });
});
