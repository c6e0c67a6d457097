import type { Served } from "@rollcall/contract";
import { describe, expect, it } from "vitest";
import { loadOf } from "../../test/probe-results.ts";
import { SERVED } from "../../test/deployment-histories.ts";
import { NOTHING_KNOWN, type BackendState } from "../remember/backend-state.ts";
import { NO_CHANGES, noteServed, warn, type ServedChanges } from "./warn.ts";

const HOUR = 3_600_000;

const warned = (state: Partial<BackendState>, changes: ServedChanges = NO_CHANGES, now = HOUR) =>
  warn({ ...NOTHING_KNOWN, ...state }, changes, now);

describe("what is said of a backend that is ready", () => {
  it("is nothing where there is nothing", () => {
    expect(warned({ load: loadOf({ running: 9, kvUsage: 0.5 }), skewMs: 0 })).toEqual([]);
    expect(warned({})).toEqual([]);
  });

  it.each([
    ["full and others wait", { kvUsage: 0.95, waiting: 1 }, true],
    ["full to the brim", { kvUsage: 1, waiting: 40 }, true],
    ["full, but nobody waits", { kvUsage: 1, waiting: 0 }, false],
    ["nearly full", { kvUsage: 0.949, waiting: 40 }, false],
    ["unknown", { kvUsage: null, waiting: 40 }, false],
  ])("is that it is saturated where its cache is %s", (_what, load, saturated) => {
    const codes = warned({ load: loadOf(load) }).map(({ code }) => code);
    expect(codes).toEqual(saturated ? ["saturated"] : []);
  });

  it("is by what it is saturated", () => {
    expect(warned({ load: loadOf({ kvUsage: 0.987, waiting: 4 }), preempted: 2 })).toEqual([
      { code: "saturated", detail: "KV cache 99 % full, 4 waiting, 2 preempted since the last probe" },
    ]);
  });

  it.each([
    [60_000, []],
    [-60_000, []],
    [60_001, [{ code: "clock_skew", detail: "60 s ahead" }]],
    [-90_500, [{ code: "clock_skew", detail: "91 s behind" }]],
    [null, []],
  ])("is that its clock is off by more than a minute: %s ms", (skewMs, notices) => {
    expect(warned({ skewMs })).toEqual(notices);
  });

  it.each([
    ["weights_changed", {}, { ...NO_CHANGES, weights: { at: HOUR, detail: "told" } }],
    ["context_shrunk", {}, { ...NO_CHANGES, context: { at: HOUR, detail: "told" } }],
    ["version_changed", { versionChanged: { at: HOUR, detail: "told" } }, NO_CHANGES],
    ["restarted", { restarted: { at: HOUR, detail: "told" } }, NO_CHANGES],
  ] as const)("is for one hour that something changed: %s", (code, state, changes) => {
    expect(warned(state, changes, HOUR)).toEqual([{ code, detail: "told" }]);
    expect(warned(state, changes, 2 * HOUR - 1)).toEqual([{ code, detail: "told" }]);
    expect(warned(state, changes, 2 * HOUR)).toEqual([]);
  });

  it("is all of it at once", () => {
    const change = { at: HOUR, detail: "told" };
    const state = {
      versionChanged: change,
      restarted: change,
      load: loadOf({ kvUsage: 1, waiting: 1 }),
      skewMs: 61_000,
    };
    expect(warned(state, { weights: change, context: change }).map(({ code }) => code)).toEqual([
      "weights_changed",
      "context_shrunk",
      "version_changed",
      "restarted",
      "saturated",
      "clock_skew",
    ]);
  });
});

describe("between two cards of one name", () => {
  const card = (fields: Partial<Served>): Served => ({ ...SERVED, ...fields });
  const noted = (before: Partial<Served> | undefined, now: Partial<Served>, changes = NO_CHANGES) =>
    noteServed(changes, before === undefined ? undefined : card(before), { ...card(now), at: 7 });

  it("another root is other weights", () => {
    const weights = { at: 7, detail: "root /a before, /b now" };
    expect(noted({ root: "/a" }, { root: "/b" })).toEqual({ ...NO_CHANGES, weights });
  });

  it("less context is told", () => {
    const context = { at: 7, detail: "max_model_len 8192 before, 4096 now" };
    expect(noted({ maxModelLen: 8_192 }, { maxModelLen: 4_096 })).toEqual({ ...NO_CHANGES, context });
  });

  it.each<[what: string, before: Partial<Served> | undefined, now: Partial<Served>]>([
    ["the same root", { root: "/a" }, { root: "/a" }],
    ["a root that is told no more", { root: "/a" }, { root: null }],
    ["a root that is told now", { root: null }, { root: "/b" }],
    ["more context", { maxModelLen: 4_096 }, { maxModelLen: 8_192 }],
    ["the same context", { maxModelLen: 4_096 }, { maxModelLen: 4_096 }],
    ["context that is told now", { maxModelLen: null }, { maxModelLen: 4_096 }],
    ["context that is told no more", { maxModelLen: 8_192 }, { maxModelLen: null }],
    ["the first card", undefined, { root: "/b", maxModelLen: 1 }],
  ])("%s says nothing", (_what, before, now) => {
    expect(noted(before, now)).toEqual(NO_CHANGES);
  });

  it("what was told stays until something newer is", () => {
    const old = { weights: { at: 1, detail: "old" }, context: { at: 2, detail: "old" } };
    expect(noted({ root: "/a" }, { root: "/a" }, old)).toEqual(old);
    expect(noted({ root: "/a" }, { root: "/b" }, old)).toEqual({
      weights: { at: 7, detail: "root /a before, /b now" },
      context: old.context,
    });
  });
});
