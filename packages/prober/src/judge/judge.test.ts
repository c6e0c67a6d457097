import { isPattern, type Verdict } from "@rollcall/contract";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cardOf, loadOf, serves, resultOf } from "../../test/probe-results.ts";
import { historyOf } from "../../test/deployment-histories.ts";
import type { ModelCard } from "../read/model-card.ts";
import { judge } from "./judge.ts";
import { NOTHING_KNOWN, type BackendState } from "../remember/backend-state.ts";
import { absent, fault, type Fault, type Outcome } from "../read/outcome.ts";
import type { ModelsReading } from "../read/outcome.ts";
import type { ProbeResult } from "../read/probe-result.ts";

/** What a deployment that expects this name is told by one probe. */
function seen(models: ModelsReading, expected: string, result: Partial<ProbeResult> = {}): Outcome {
  return judged({ result: resultOf({ models, ...result }) }, { expected });
}

function judged(
  known: { result?: ProbeResult; state?: Partial<BackendState>; diagnosis?: Fault | null },
  before: Partial<Verdict> = {},
): Outcome {
  const { result = resultOf(), state = {}, diagnosis = null } = known;
  const { verdict } = historyOf({}, before);
  return judge({ result, diagnosis, state: { ...NOTHING_KNOWN, kind: "vllm", ...state } }, verdict);
}

const SERVED = { kind: "vllm", version: null, root: null, parent: null, maxModelLen: null } as const;

describe("when its process began", () => {
  const load = loadOf({ startedAt: 1_000_000 });

  it.each<[what: string, state: Partial<BackendState>, startedAt: number | undefined]>([
    ["is as it says where the clocks agree", { load, skewMs: -900 }, 1_000_000],
    ["is by our clock where its own is ahead", { load, skewMs: 60_000 }, 940_000],
    ["is as it says where its clock is not known", { load, skewMs: null }, 1_000_000],
    ["is not said where it does not tell", { load: loadOf() }, undefined],
  ])("%s", (_what, state, startedAt) => {
    const outcome = judged({ state }, { expected: "llama" });
    expect(outcome.kind === "ready" ? outcome.startedAt : null).toBe(startedAt);
  });
});

describe("the expected name", () => {
  it.each([
    ["alone", ["llama-3"]],
    ["first", ["llama-3", "other"]],
    ["last", ["other", "llama-3"]],
    ["as an adapter beside its base", ["base", "llama-3"]],
  ])("is found %s", (_where, names) => {
    expect(seen(serves(...names), "llama-3")).toEqual({ kind: "ready", found: names, served: SERVED });
  });

  it.each([
    ["a longer name that begins with it", "llama-3-70b"],
    ["a longer name that ends with it", "org/llama-3"],
    ["a longer name that holds it", "my-llama-3-awq"],
    ["a shorter name that it begins with", "llama"],
    ["other case", "Llama-3"],
    ["a space after it", "llama-3 "],
    ["a line break after it", "llama-3\n"],
    ["a pattern that would match it", "llama-."],
    ["a letter that only looks the same", "llаma-3"],
    ["another composition of the same letter", "llama-3\u0301"],
  ])("is not found in %s", (_what, name) => {
    expect(seen(serves(name), "llama-3")).toEqual({
      kind: "fault",
      reason: "wrong_name",
      nameMatches: false,
      found: [name],
      detail: "/models lists another name",
    });
  });

  it.each<[what: string, expected: string, names: readonly string[], found: readonly string[]]>([
    ["every name", "*", ["qwen", "llama"], ["llama", "qwen"]],
    ["those that fit", "qwen-*", ["qwen-8b", "llama", "qwen-1b"], ["qwen-1b", "qwen-8b"]],
    ["those that fit to their end", "qwen-*-fp8", ["qwen-8b-fp8", "qwen-8b-fp8-old"], ["qwen-8b-fp8"]],
    ["no name that nobody could send", "*", ["llama", "x".repeat(300)], ["llama"]],
  ])("with a star has as found %s", (...row) => {
    const [, expected, names, found] = row;
    expect(seen(serves(...names), expected)).toEqual({ kind: "ready", found, served: SERVED });
  });

  it("with a star is at fault where nothing fits, with what is served", () => {
    expect(seen(serves("llama", "phi"), "qwen-*")).toMatchObject({
      kind: "fault",
      reason: "wrong_name",
      found: ["llama", "phi"],
    });
  });

  it("with a star has a thousand names at most", () => {
    const names = Array.from({ length: 1_200 }, (_, index) => `m${String(index).padStart(4, "0")}`);
    const outcome = seen(serves(...names.toReversed()), "*");
    expect(outcome.kind === "ready" ? outcome.found : null).toEqual(names.slice(0, 1_000));
  });

  it("with a star has facts of one model alone: what holds for one of several says nothing of the others", () => {
    const cards = [cardOf("a", { maxModelLen: 8 }), cardOf("b", { maxModelLen: 16 })];
    const served = (...some: ModelCard[]) => {
      const outcome = seen({ kind: "models", cards: some }, "*");
      return outcome.kind === "ready" ? outcome.served.maxModelLen : undefined;
    };
    expect([served(...cards), served(...cards.slice(1))]).toEqual([null, 16]);
  });

  it("is not found in its base when it is an adapter that is gone", () => {
    expect(seen(serves("base", "other"), "adapter")).toMatchObject({
      reason: "wrong_name",
      detail: "/models lists 2 names, none of them the expected one",
    });
  });

  it("is compared exactly, whatever the names, unless it is a pattern", () => {
    const name = fc.string({ minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), name, (names, expected) => {
        fc.pre(!isPattern(expected));
        const { kind } = seen(serves(...names), expected);
        expect(kind === "ready").toBe(names.some((served) => served === expected));
      }),
    );
  });
});

describe("what is carried on", () => {
  it("is twenty names at most, and the expected one counts wherever it stands", () => {
    const names = Array.from({ length: 50 }, (_, index) => `adapter-${index}`);
    const outcome = seen(serves(...names), "adapter-49");
    expect(outcome.kind).toBe("ready");
    expect(outcome).toHaveProperty("found", names.slice(0, 20));
  });

  it("is 256 characters of a name at most, and no more than the whole name counts", () => {
    const long = "m".repeat(300);
    expect(seen(serves(long), long)).toEqual({
      kind: "ready",
      found: ["m".repeat(256)],
      served: SERVED,
    });
    expect(seen(serves(long), "m".repeat(256))).toMatchObject({ reason: "wrong_name" });
  });
});

describe("a model list that could not be read", () => {
  it.each([
    ["a fault", fault("wrong_key", "/models answers 401")],
    ["absence", absent("connection refused")],
  ])("is the outcome itself: %s", (_what, outcome) => {
    expect(seen(outcome as ModelsReading, "m")).toBe(outcome);
  });
});

describe("a word of /health against the backend", () => {
  it("turns a right name into a fault that still says that the name is right", () => {
    expect(seen(serves("m"), "m", { health: fault("engine_dead", "/health answers 503") })).toEqual({
      kind: "fault",
      reason: "engine_dead",
      nameMatches: true,
      found: ["m"],
      detail: "/health answers 503",
    });
  });

  it("turns a right name into absence when the server says that it loads", () => {
    expect(seen(serves("m"), "m", { health: absent("it loads") })).toEqual(absent("it loads"));
  });

  it.each([
    ["a dead engine", fault("engine_dead", "x")],
    ["loading", absent("x")],
  ])("does not hide a wrong name: %s", (_what, health) => {
    expect(seen(serves("other"), "m", { health })).toMatchObject({ reason: "wrong_name" });
  });
});

describe("what the metrics hold against the engine", () => {
  const hung = fault("hung", "no progress", { fix: "restart it" });

  it("turns a right name into that fault, with its own fix", () => {
    expect(judged({ diagnosis: hung })).toEqual({ ...hung, nameMatches: true, found: ["llama"] });
  });

  it("counts less than what the health route says, and hides no wrong name", () => {
    const dead = resultOf({ health: fault("engine_dead", "x") });
    expect(judged({ result: dead, diagnosis: hung })).toMatchObject({ reason: "engine_dead" });
    expect(judged({ diagnosis: hung }, { expected: "other" })).toMatchObject({ reason: "wrong_name" });
  });
});

describe("an adapter", () => {
  const served = { ...SERVED, parent: "base" };

  it("is gone when its base is still there: the name was right, and says how to load it again", () => {
    const result = resultOf({ models: serves("base", "other") });
    expect(judged({ result }, { expected: "sql", served })).toEqual({
      kind: "fault",
      reason: "adapter_gone",
      nameMatches: false,
      found: ["base", "other"],
      detail: "/models lists its base model, but not the adapter",
      fix: expect.stringContaining('Load the adapter "sql" again'),
    });
  });

  it.each([
    ["its base is gone too", { expected: "sql", served }, ["qwen"]],
    ["it never was seen as an adapter", { expected: "sql", served: SERVED }, ["base"]],
    ["it never was seen", { expected: "sql" }, ["base"]],
  ])("is a wrong name when %s", (_when, before, names) => {
    const result = resultOf({ models: serves(...names) });
    expect(judged({ result }, before)).toMatchObject({ reason: "wrong_name" });
  });

  it("that is there carries its base on", () => {
    const cards = [cardOf("base"), cardOf("sql", { parent: "base", root: "/loras/sql" })];
    expect(judged({ result: resultOf({ models: { kind: "models", cards } }) }, { expected: "sql" })).toEqual({
      kind: "ready",
      found: ["base", "sql"],
      served: { ...SERVED, parent: "base", root: "/loras/sql" },
    });
  });
});

describe("Ollama", () => {
  const result = resultOf({ kind: "ollama", models: serves("llama:latest", "qwen:7b") });

  it.each([
    ["a name without a tag is its latest", "llama", "ready"],
    ["a name with its tag is itself", "llama:latest", "ready"],
    ["another tag is another name", "qwen", "fault"],
    ["part of a name is none", "lla", "fault"],
  ])("%s", (_what, expected, kind) => {
    expect(judged({ result, state: { kind: "ollama" } }, { expected }).kind).toBe(kind);
  });

  it("alone is asked so kindly", () => {
    expect(judged({ result, state: { kind: "vllm" } }).kind).toBe("fault");
  });

  it("that pulled one more model is still one server", () => {
    const otherNames = Array.from({ length: 4 }, () => ["llama:latest", "qwen:7b"]);
    const more = { ...result, otherNames };
    expect(judged({ result: more, state: { kind: "ollama" } })).toMatchObject({ kind: "ready" });
  });
});

describe("llama.cpp's router", () => {
  it.each([
    ["unloaded", "ready"],
    ["loading", "absent"],
    ["downloading", "absent"],
    ["loaded", "ready"],
    ["sleeping", "ready"],
    [null, "ready"],
  ])("says of a model that it is %s", (state, kind) => {
    const cards: ModelCard[] = [cardOf("llama", { state }), cardOf("other", { state: "loading" })];
    expect(judged({ result: resultOf({ models: { kind: "models", cards } }) }).kind).toBe(kind);
  });
});

describe("two servers on one port", () => {
  const both = (mine: string, ...others: readonly string[]) =>
    resultOf({ models: serves(mine), otherNames: others.map((name) => [name]) });

  it("are named when one serves the name and the other does not, with how often each was met", () => {
    expect(judged({ result: both("llama", "qwen", "llama", "qwen", "qwen") })).toEqual({
      kind: "fault",
      reason: "name_flapping",
      nameMatches: false,
      found: ["llama"],
      detail: "of fresh connections 2 met it, 3 met another server",
    });
    expect(judged({ result: both("qwen", "qwen", "llama", "qwen") })).toMatchObject({
      reason: "name_flapping",
      detail: "of fresh connections 1 met it, 3 met another server",
    });
  });

  it("come before what one of them says of its health", () => {
    const result = { ...both("llama", "qwen"), health: fault("engine_dead", "x") };
    expect(judged({ result })).toMatchObject({ reason: "name_flapping" });
  });

  it.each([
    ["both serve", ["llama"], "ready"],
    ["neither serves", [], "fault"],
  ])("are no matter to a name that %s", (_what, common, kind) => {
    const result = resultOf({ models: serves("a", ...common), otherNames: [["b", ...common]] });
    const outcome = judged({ result });
    expect(outcome.kind).toBe(kind);
    expect(outcome).not.toMatchObject({ reason: "name_flapping" });
  });

  it("are still thought to be there while doubts last, by one that met them, and no longer", () => {
    const flapping = { reason: "name_flapping" } as const;
    expect(judged({ state: { doubts: 1 } }, flapping)).toMatchObject({ reason: "name_flapping" });
    expect(judged({ state: { doubts: 0 } }, flapping)).toMatchObject({ kind: "ready" });
    expect(judged({ state: { doubts: 1 } }, { reason: "ok" })).toMatchObject({ kind: "ready" });
  });
});

it("what stands behind the name is carried on", () => {
  const cards = [cardOf("llama", { root: "/models/llama", maxModelLen: 8_192 })];
  const result = resultOf({ models: { kind: "models", cards } });
  expect(judged({ result, state: { version: "0.26.0" } })).toHaveProperty("served", {
    kind: "vllm",
    version: "0.26.0",
    root: "/models/llama",
    parent: null,
    maxModelLen: 8_192,
  });
});
