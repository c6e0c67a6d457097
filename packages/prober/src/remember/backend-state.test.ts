import { describe, expect, it } from "vitest";
import { loadOf, serves, resultOf } from "../../test/probe-results.ts";
import { NOTHING_KNOWN, remember, type BackendState } from "./backend-state.ts";
import { absent, fault } from "../read/outcome.ts";
import type { Load } from "../read/load.ts";
import type { ModelsReading } from "../read/outcome.ts";
import type { ProbeResult } from "../read/probe-result.ts";

const REFUSED = absent("connection refused") as ModelsReading;
const TIMEOUT = fault("timeout", "x") as ModelsReading;

/** One look after the other, at 1, 2, 3 … */
function remembered(...looks: readonly Partial<ProbeResult>[]): BackendState {
  return looks.reduce<BackendState>(
    (state, look, index) => remember(state, resultOf(look), index + 1),
    NOTHING_KNOWN,
  );
}

const loads = (...loaded: readonly (Partial<Load> | null)[]) =>
  remembered(...loaded.map((fields) => ({ load: fields === null ? null : loadOf(fields) })));

describe("a look", () => {
  it("is remembered: kind, names in one order, load, clock, and what was asked", () => {
    const exchanges = [{ at: 1, path: "/v1/models", outcome: "200" }];
    const look = {
      models: serves("b", "a"),
      version: "0.26.0",
      load: loadOf({ running: 1 }),
      skewMs: 7,
      exchanges,
    };
    expect(remembered(look)).toEqual({
      ...NOTHING_KNOWN,
      kind: "vllm",
      names: ["a", "b"],
      version: "0.26.0",
      served: true,
      starts: 1,
      load: loadOf({ running: 1 }),
      progress: { movedAt: 1, seenAt: 1, load: loadOf({ running: 1 }) },
      proof: { aliveAt: 1, silentAt: null },
      skewMs: 7,
      exchanges,
    });
  });

  it("that met nobody forgets the load alone, and what was asked is that of this look", () => {
    const exchanges = [{ at: 2, path: "/v1/models", outcome: "no answer" }];
    const known = remembered({ load: loadOf({ running: 1 }), version: "0.26.0" });
    expect(remember(known, resultOf({ models: TIMEOUT, exchanges }), 2)).toEqual({
      ...known,
      load: null,
      exchanges,
    });
  });
});

describe("a restart", () => {
  const PROCESS = "its process is a new one";
  const COUNTERS = "its counters began anew";

  it.each<[what: string, loaded: readonly (Partial<Load> | null)[], detail: string]>([
    ["a later start", [{ startedAt: 1_000 }, { startedAt: 9_000 }], PROCESS],
    ["counters that begin anew", [{ progress: 50 }, { progress: 3 }], COUNTERS],
    [
      "a later start after a look without metrics",
      [{ startedAt: 1_000 }, null, { startedAt: 9_000 }],
      PROCESS,
    ],
    ["smaller counters after a look without metrics", [{ progress: 50 }, null, { progress: 3 }], COUNTERS],
    [
      "two servers met in turn, once and not with every look",
      [{ startedAt: 1_000 }, { startedAt: 9_000 }, { startedAt: 1_000 }, { startedAt: 9_000 }],
      PROCESS,
    ],
  ])("is %s", (_what, loaded, detail) => {
    const state = loads(...loaded);
    expect(state.restarts).toBe(1);
    expect(state.restarted?.detail).toBe(detail);
  });

  it.each<[what: string, loaded: readonly Partial<Load>[]]>([
    ["counters that grow", [{ progress: 3 }, { progress: 50 }]],
    ["a start that is told now", [{}, { startedAt: 9_000 }]],
    ["the first look", [{ startedAt: 9_000 }]],
    [
      "smaller counters with the same start",
      [
        { startedAt: 1_000, progress: 50 },
        { startedAt: 1_000, progress: 3 },
      ],
    ],
  ])("is not %s", (_what, loaded) => {
    expect(loads(...loaded)).toMatchObject({ restarts: 0, restarted: null });
  });

  it("is dated by the look that saw it, also after it was away", () => {
    const state = remembered(
      { load: loadOf({ startedAt: 1_000 }) },
      { models: REFUSED },
      { load: loadOf({ startedAt: 9_000 }) },
      { load: loadOf({ startedAt: 9_000 }) },
    );
    expect(state).toMatchObject({ restarts: 1, restarted: { at: 3 } });
  });
});

describe("another start", () => {
  const BAD = fault("engine_dead", "x");

  it.each<[what: string, starts: number, looks: readonly Partial<ProbeResult>[]]>([
    ["is the first that serves", 1, [{}, {}]],
    ["is not one that does not serve yet", 0, [{ health: absent("loading") }, { health: BAD }]],
    ["is one after an absence", 2, [{}, { models: REFUSED }, {}]],
    ["is one after a warm-up", 1, [{ health: absent("loading") }, {}]],
    ["is one after a fall that it speaks of itself", 2, [{}, { health: absent("loading") }, {}]],
    ["is one with another version", 2, [{ version: "1" }, { version: "2" }]],
    ["is not one whose version is told only now", 1, [{}, { version: "1" }, {}]],
    ["is one of another kind", 2, [{}, { kind: "sglang" }]],
    ["is one at another path", 2, [{}, { models: { ...serves("llama"), apiPath: "" } }]],
    ["is not one that was late", 1, [{}, { models: TIMEOUT }, {}]],
    ["is not one that failed and got well", 1, [{}, { health: BAD }, {}]],
    ["is not another name of the same server", 1, [{}, { models: serves("qwen") }]],
    [
      "is a restart, however short",
      2,
      [{ load: loadOf({ startedAt: 1 }) }, { load: loadOf({ startedAt: 2 }) }],
    ],
    [
      "is a restart after an absence, once",
      2,
      [{ load: loadOf({ startedAt: 1 }) }, { models: REFUSED }, { load: loadOf({ startedAt: 2 }) }],
    ],
  ])("%s", (_what, starts, looks) => {
    expect(remembered(...looks).starts).toBe(starts);
  });
});

describe("another version", () => {
  it("is a change, told from the look that saw it", () => {
    const state = remembered({ version: "0.25.1" }, { version: null }, { version: "0.26.0" });
    expect(state.versionChanged).toEqual({ at: 3, detail: "0.25.1 before, 0.26.0 now" });
    expect(state.version).toBe("0.26.0");
  });

  it("is none where it is the first, the same, or not told", () => {
    expect(remembered({ version: "0.26.0" }, { version: "0.26.0" }, {}).versionChanged).toBeNull();
  });
});

describe("two servers on one port", () => {
  const two = { otherNames: [["llama"], ["qwen"]] };

  it("are doubted until two clean looks in a row have followed", () => {
    expect(remembered(two).doubts).toBe(2);
    expect(remembered(two, {}).doubts).toBe(1);
    expect(remembered(two, {}, {}).doubts).toBe(0);
    expect(remembered(two, {}, {}, {}).doubts).toBe(0);
    expect(remembered(two, {}, two, {}).doubts).toBe(1);
  });

  it("are still doubted after a look that met nobody", () => {
    expect(remembered(two, { models: TIMEOUT }).doubts).toBe(2);
  });

  it("are not met where all looks show the same names", () => {
    expect(remembered({ models: serves("b", "a"), otherNames: [["a", "b"]] }).doubts).toBe(0);
  });
});

describe("whether it has served since it was last away", () => {
  it.each<[string, readonly Partial<ProbeResult>[], boolean]>([
    ["one that is well has", [{}], true],
    ["one that still loads has not", [{ health: absent("starting") }], false],
    ["one that was well and is accused has", [{}, { health: fault("engine_dead", "x") }], true],
    ["one that was only ever accused has not", [{ health: fault("engine_dead", "x") }], false],
    ["one that was away has not", [{}, { models: REFUSED }], false],
    ["one that was silent has", [{}, { models: TIMEOUT }], true],
    ["one that came back has", [{}, { models: REFUSED }, {}], true],
  ])("%s", (_what, looks, served) => {
    expect(remembered(...looks).served).toBe(served);
  });
});

describe("what grew between two looks", () => {
  it("is successes and preemptions", () => {
    const state = loads({ succeeded: 3, preemptions: 1 }, { succeeded: 5, preemptions: 4 });
    expect(state).toMatchObject({ succeeded: 2, preempted: 3 });
  });

  it.each<[when: string, loaded: readonly (Partial<Load> | null)[]]>([
    ["at the first look", [{ succeeded: 3, preemptions: 1 }]],
    [
      "where counters begin anew",
      [
        { succeeded: 9, preemptions: 9 },
        { succeeded: 2, preemptions: 2 },
      ],
    ],
    [
      "where they are not told",
      [
        { succeeded: null, preemptions: 2 },
        { succeeded: 2, preemptions: null },
      ],
    ],
    ["after a look without metrics", [{ succeeded: 3 }, null, { succeeded: 5 }]],
  ])("is nothing %s", (_when, loaded) => {
    expect(loads(...loaded)).toMatchObject({ succeeded: 0, preempted: 0 });
  });

  it("has nothing of the tokens that were asked for here", () => {
    const known = { ...loads({ succeeded: 3 }), canaries: 2 };
    const look = (succeeded: number) => resultOf({ load: loadOf({ succeeded }) });
    expect(remember(known, look(5), 2)).toMatchObject({ succeeded: 0, canaries: 0 });
    expect(remember(known, look(6), 2)).toMatchObject({ succeeded: 1, canaries: 0 });
  });
});
