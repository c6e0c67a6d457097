import type { Backend } from "@rollcall/contract";
import { beforeEach, describe, expect, it } from "vitest";
import { configOf } from "../test/configs.ts";
import { cardOf, loadOf, serves, resultOf } from "../test/probe-results.ts";
import { GOOD, snapshotOf, instant } from "../test/deployment-histories.ts";
import { absent, fault } from "./read/outcome.ts";
import type { ModelsReading } from "./read/outcome.ts";
import type { ProbeResult } from "./read/probe-result.ts";
import { targetsOf } from "./remember/target.ts";
import { Fleet, type Judging, type Transition } from "./fleet.ts";

const config = configOf([
  { id: "1", alias: "a", model: "llama" },
  { id: "2", alias: "b", model: "qwen" },
  { id: "3", alias: "c", model: "llama", base: "http://b:8000" },
]);
const [shared = "", own = ""] = config.backends.flatMap(targetsOf).map(({ id }) => id);

let fleet: Fleet;

beforeEach(() => {
  fleet = new Fleet();
  fleet.adopt(config, null, instant(0));
});

function at(now: number): Judging {
  return {
    thresholds: { failures: 2, successes: 1, loadTimeMs: 600_000, stallTimeMs: 120_000 },
    now: instant(now),
  };
}

/** A backend is seen to be so. */
function see(backend: string, result: Partial<ProbeResult>, now: number): Transition[] {
  return fleet.record(fleet.judge(backend, resultOf(result), at(now)), at(now));
}

function record(backend: string, models: ModelsReading, now: number): Transition[] {
  return see(backend, { models }, now);
}

function reasons(): Record<string, string> {
  return Object.fromEntries(fleet.verdicts().map(({ deployment, reason }) => [deployment, reason]));
}

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
    expect(fleet.historiesOn(own)).toMatchObject([{ failures: 1, verdict: { reason: "ok" } }]);
  });

  it("of a backend that nobody uses any more moves nothing", () => {
    const before = fleet.verdicts();
    expect(record("gone", fault("dns", "x") as ModelsReading, 5)).toEqual([]);
    expect(fleet.verdicts()).toEqual(before);
    expect(fleet.historiesOn("gone")).toEqual([]);
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
      instant(9),
    );
    expect(reasons()).toEqual({ 2: "wrong_name", 1: "ok" });
    expect(fleet.historiesOn(own)).toEqual([]);
    expect(fleet.historiesOn(shared)).toHaveLength(2);
  });

  it("goes on from the snapshot of an earlier run", () => {
    const earlier = fleet.verdicts().map((verdict) => ({ ...verdict, ...GOOD }));
    const next = new Fleet();
    next.adopt(config, snapshotOf(earlier), instant(9));
    expect(next.verdicts()).toEqual(earlier);
  });
});

describe("judging", () => {
  it("changes nothing until it is recorded", () => {
    const judged = fleet.judge(shared, resultOf(), at(5));
    expect(reasons()).toEqual({ 1: "unknown", 2: "unknown", 3: "unknown" });
    expect(fleet.state(shared).names).toBeNull();
    fleet.record(judged, at(5));
    expect(reasons()).toEqual({ 1: "ok", 2: "wrong_name", 3: "unknown" });
    expect(fleet.state(shared).names).toEqual(["llama"]);
  });

  it("that took its time counts for nothing where the config has changed meanwhile", () => {
    const judged = fleet.judge(shared, resultOf(), at(5));
    fleet.adopt(
      configOf([
        { id: "1", alias: "renamed", model: "llama" },
        { id: "2", alias: "b", model: "phi" },
      ]),
      null,
      instant(6),
    );
    fleet.record(judged, at(5));
    expect(fleet.verdicts()).toMatchObject([
      { deployment: "1", alias: "renamed", reason: "ok" },
      { deployment: "2", expected: "phi", reason: "unknown" },
    ]);
    fleet.adopt(configOf([{ id: "2", alias: "b", model: "phi" }]), null, instant(7));
    fleet.record(judged, at(5));
    expect(reasons()).toEqual({ 2: "unknown" });
  });
});

describe("a restart", () => {
  const started = (startedAt: number) => ({ load: loadOf({ startedAt }) });

  it("that was too quick to be seen away is a fall and a warning, and takes nothing out", () => {
    see(own, started(1_000), 5);
    const [change] = see(own, started(9_000), 15);
    expect(change?.after).toMatchObject({ reason: "ok", warnings: ["restarted"], history: { falls: [15] } });
  });

  it("of one that is out is no fall", () => {
    see(own, { ...started(1_000), models: serves("qwen") }, 5);
    see(own, { ...started(9_000), models: serves("qwen") }, 15);
    expect(fleet.historiesOn(own)).toMatchObject([{ falls: [] }]);
  });
});

describe("warnings", () => {
  it("are told of what is ready, in the verdict and as news, and go by themselves", () => {
    const full = { load: loadOf({ kvUsage: 1, waiting: 3, running: 1, progress: 5 }) };
    see(own, {}, 5);
    expect(see(own, full, 6)).toMatchObject([{ after: { reason: "ok", warnings: ["saturated"] } }]);
    expect(see(own, { load: loadOf({ progress: 9 }) }, 7)).toMatchObject([{ after: { warnings: [] } }]);
  });

  it("are not told of what is out, which has a reason", () => {
    see(own, { skewMs: 90_000 }, 5);
    expect(fleet.verdicts()[2]?.warnings).toEqual(["clock_skew"]);
    see(own, { skewMs: 90_000, models: serves("qwen") }, 6);
    expect(fleet.verdicts()[2]).toMatchObject({ reason: "wrong_name", warnings: [] });
  });

  it("tell of other weights under the same name, for each name alone", () => {
    const served = (root: string) => ({
      models: { kind: "models" as const, cards: [cardOf("llama", { root }), cardOf("qwen", { root: "/q" })] },
    });
    see(shared, served("/a"), 5);
    see(shared, served("/b"), 6);
    expect(fleet.verdicts().map(({ warnings }) => warnings)).toEqual([["weights_changed"], [], []]);
  });
});

describe("an engine that stands still", () => {
  const stuck = { load: loadOf({ running: 2, progress: 9 }) };

  it("is hung for all deployments on its backend after the stall time, and well once it moves", () => {
    for (let now = 0; now < 120_000; now += 2_000) see(own, stuck, now);
    expect(reasons()[3]).toBe("ok");
    see(own, stuck, 120_000);
    expect(reasons()[3]).toBe("hung");
    see(own, { load: loadOf({ running: 2, progress: 10 }) }, 121_000);
    expect(reasons()[3]).toBe("ok");
  });
});

describe("evidence", () => {
  it("is all that one deployment is judged by", () => {
    const exchanges = [{ at: 5, path: "/v1/models", outcome: "200" }];
    see(own, { load: loadOf({ running: 1 }), version: "0.26.0", exchanges, skewMs: -90_000 }, 5);
    expect(fleet.evidence()).toHaveLength(3);
    expect(fleet.evidence()[2]).toEqual({
      target: targetsOf(config.backends[1] as Backend)[0],
      verdict: fleet.verdicts()[2],
      notices: [{ code: "clock_skew", detail: "90 s behind" }],
      loadTimesMs: [],
      reasonSince: 5,
      kind: "vllm",
      version: "0.26.0",
      load: loadOf({ running: 1 }),
      exchanges,
      endpointExchanges: [],
    });
  });
});
