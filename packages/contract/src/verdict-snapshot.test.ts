import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SNAPSHOT, snapshots } from "../test/snapshots.ts";
import { confirmed, confirmedAt, VERDICTS } from "./verdict-snapshot.ts";
import type { Verdict } from "./verdict.ts";

const [WRONG] = SNAPSHOT.verdicts as readonly [Verdict];
const SERVED = { kind: "vllm", version: "1", root: null, parent: null, maxModelLen: 8 } as const;
const DRAINED = { since: 5, by: "root@ops", observed: "ok" } as const;
const PROVEN: Verdict = { ...WRONG, reason: "ok", nameMatches: true, warnings: [], served: SERVED };

test("whatever a prober says is read as it was said", () => {
  fc.assert(
    fc.property(snapshots, (snapshot) => {
      const { verdicts, ...header } = JSON.parse(JSON.stringify(snapshot));
      expect(VERDICTS.headerFault(header)).toBe(null);
      for (const [index, verdict] of verdicts.entries())
        expect(VERDICTS.readRecord(verdict)).toEqual({ ok: true, value: snapshot.verdicts[index] });
    }),
  );
});

describe("a verdict of the wrong shape is refused by the field that is wrong", () => {
  test.each([
    ["deployment", 1],
    ["alias", null],
    ["check", {}],
    ["ready", "true"],
    ["ready", 1],
    ["nameMatches", "true"],
    ["nameMatches", undefined],
    ["reason", null],
    ["reason", 3],
    ["warnings", [1]],
    ["warnings", "saturated"],
    ["expected", undefined],
    ["found", ["a", 1]],
    ["found", "a"],
    ["detail", 5],
    ["hint", []],
    ["since", -1],
    ["observedAt", "now"],
    ["lastGoodAt", "never"],
    ["lastGoodAt", undefined],
    ["readyInMs", -1],
    ["readyInMs", null],
    ["refusedSince", "now"],
    ["refusedSince", -1],
    ["served", { ...SERVED, kind: 1 }],
    ["served", { ...SERVED, maxModelLen: "8k" }],
    ["served", { ...SERVED, missing: "rerank" }],
    ["history", { loadTimesMs: [1], falls: [-1] }],
    ["drained", true],
    ["drained", { ...DRAINED, since: "now" }],
    ["drained", { ...DRAINED, by: null }],
    ["drained", { ...DRAINED, reason: 1 }],
    ["drained", { ...DRAINED, observed: undefined }],
  ])("%s: %j", (key, value) => {
    expect(VERDICTS.readRecord({ ...PROVEN, [key]: value })).toEqual({ ok: false, error: key });
  });

  test.each([[null], [[]], ["verdict"], [5]])("%j is none", (value) => {
    expect(VERDICTS.readRecord(value)).toEqual({ ok: false, error: "itself" });
  });

  test("every part is needed", () => {
    for (const key of Object.keys(WRONG))
      expect(VERDICTS.readRecord({ ...WRONG, [key]: undefined })).toEqual({ ok: false, error: key });
  });
});

describe("what a later prober adds is no fault", () => {
  test.each<[string, object, Partial<Verdict>]>([
    ["a field", { load: 0.5 }, {}],
    ["a field of what is served", { served: { ...SERVED, endpoints: ["chat"] } }, {}],
    ["an endpoint", { served: { ...SERVED, missing: ["telepathy"] } }, {}],
    ["a reason", { reason: "bored" }, { reason: "unknown" }],
    ["a reason that every object has", { reason: "toString" }, { reason: "unknown" }],
    ["a warning", { warnings: ["odd", "saturated", "constructor"] }, { warnings: ["saturated"] }],
    [
      "a reason of one that is drained",
      { drained: { ...DRAINED, observed: "bored" } },
      { drained: { ...DRAINED, observed: "unknown" } },
    ],
    ["a kind of server", { served: { ...SERVED, kind: "mlx" } }, { served: { ...SERVED, kind: "generic" } }],
  ])("%s", (_what, added, read) => {
    expect(VERDICTS.readRecord({ ...PROVEN, ...added })).toEqual({
      ok: true,
      value: { ...PROVEN, ...added, ...read },
    });
  });

  test("an unknown reason leaves the two facts as they are", () => {
    const read = VERDICTS.readRecord({ ...PROVEN, reason: "bored" });
    expect(read.ok && [read.value.ready, read.value.nameMatches]).toEqual([true, true]);
  });
});

describe("a header of the wrong shape is refused by the part that is wrong", () => {
  test.each<[object, string]>([
    [{ prober: undefined }, "prober is not {instance, startedAt}"],
    [{ prober: [] }, "prober is not {instance, startedAt}"],
    [{ prober: { instance: 1, startedAt: 1 } }, "prober is not {instance, startedAt}"],
    [{ prober: { instance: "a" } }, "prober is not {instance, startedAt}"],
    [{ prober: { instance: "a", startedAt: 1, url: 4001 } }, "prober is not {instance, startedAt}"],
    [{ config: 5 }, "config is not a string"],
    [{ confirmedAt: "now" }, "confirmedAt is not a number of zero or more"],
  ])("%j", (change, fault) => {
    expect(VERDICTS.headerFault({ ...SNAPSHOT, ...change })).toBe(fault);
  });

  test("unknown parts are none", () => {
    expect(VERDICTS.headerFault({ ...SNAPSHOT, region: "eu" })).toBe(null);
  });
});

describe("a verdict is the same", () => {
  test.each<[string, Partial<Verdict>]>([
    ["with newer evidence", { observedAt: PROVEN.observedAt + 1, lastGoodAt: 5 }],
    ["with another list of the same names", { found: [...PROVEN.found] }],
    ["with another object of the same facts", { served: { ...SERVED } }],
  ])("%s", (_how, facts) => {
    expect(VERDICTS.isSame(PROVEN, { ...PROVEN, ...facts })).toBe(true);
  });

  test.each<[string, Partial<Verdict>]>([
    ["reason", { reason: "loading" }],
    ["readiness", { ready: false }],
    ["name found", { found: ["another"] }],
    ["warning", { warnings: ["saturated"] }],
    ["version", { served: { ...SERVED, version: "2" } }],
    ["endpoint missing", { served: { ...SERVED, missing: ["rerank"] } }],
    ["time of the last change", { since: PROVEN.since + 1 }],
    ["time it will take", { readyInMs: 5 }],
    ["time its port was closed", { refusedSince: 5 }],
    ["history", { history: { loadTimesMs: [1], falls: [] } }],
    ["word of an operator", { drained: DRAINED }],
  ])("not with another %s", (_what, facts) => {
    expect(VERDICTS.isSame(PROVEN, { ...PROVEN, ...facts })).toBe(false);
  });
});

describe("the evidence of those that are proven", () => {
  test("is as old as the oldest of it; what is not proven does not count", () => {
    const times = [30, 20, 40].map((observedAt) => ({ ...PROVEN, observedAt }));
    expect(confirmedAt([...times, { ...WRONG, observedAt: 1 }])).toBe(20);
    expect(confirmedAt([WRONG])).toBe(undefined);
    expect(confirmedAt([])).toBe(undefined);
  });

  test.each<[string, Partial<Verdict>, Partial<typeof SNAPSHOT>]>([
    ["its own, where it is newer", {}, { confirmedAt: PROVEN.observedAt - 1 }],
    ["its own, where its snapshot says nothing", {}, {}],
    ["its own, where it is not proven", { nameMatches: false }, { confirmedAt: PROVEN.observedAt + 7 }],
  ])("is of the time that is %s", (_which, facts, snapshot) => {
    expect(confirmed({ ...PROVEN, ...facts }, snapshot).observedAt).toBe(PROVEN.observedAt);
  });

  test("is of the time that is its snapshot's, where that is newer: it was good then", () => {
    const at = PROVEN.observedAt + 7;
    expect(confirmed(PROVEN, { confirmedAt: at })).toEqual({ ...PROVEN, observedAt: at, lastGoodAt: at });
  });
});
