import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judge } from "./judge.ts";
import { absent, fault } from "./outcome.ts";
import type { ModelsReading } from "./read-models.ts";

function serves(...names: readonly string[]): ModelsReading {
  return { kind: "models", names };
}

describe("the expected name", () => {
  it.each([
    ["alone", ["llama-3"]],
    ["first", ["llama-3", "other"]],
    ["last", ["other", "llama-3"]],
    ["as an adapter beside its base", ["base", "llama-3"]],
  ])("is found %s", (_where, names) => {
    expect(judge(serves(...names), null, "llama-3")).toEqual({ kind: "ready", found: names });
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
    expect(judge(serves(name), null, "llama-3")).toEqual({
      kind: "fault",
      reason: "wrong_name",
      nameMatches: false,
      found: [name],
      detail: "/models lists another name",
    });
  });

  it("is not found in its base when it is an adapter that is gone", () => {
    expect(judge(serves("base", "other"), null, "adapter")).toMatchObject({
      reason: "wrong_name",
      detail: "/models lists 2 names, none of them the expected one",
    });
  });

  it("is compared exactly, whatever the names", () => {
    const name = fc.string({ minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), name, (names, expected) => {
        const { kind } = judge(serves(...names), null, expected);
        expect(kind === "ready").toBe(names.some((served) => served === expected));
      }),
    );
  });
});

describe("what is carried on", () => {
  it("is twenty names at most, and the expected one counts wherever it stands", () => {
    const names = Array.from({ length: 50 }, (_, index) => `adapter-${index}`);
    const outcome = judge(serves(...names), null, "adapter-49");
    expect(outcome.kind).toBe("ready");
    expect(outcome).toHaveProperty("found", names.slice(0, 20));
  });

  it("is 256 characters of a name at most, and no more than the whole name counts", () => {
    const long = "m".repeat(300);
    expect(judge(serves(long), null, long)).toEqual({ kind: "ready", found: ["m".repeat(256)] });
    expect(judge(serves(long), null, "m".repeat(256))).toMatchObject({ reason: "wrong_name" });
  });
});

describe("a model list that could not be read", () => {
  it.each([
    ["a fault", fault("wrong_key", "/models answers 401")],
    ["absence", absent("connection refused")],
  ])("is the outcome itself: %s", (_what, outcome) => {
    expect(judge(outcome as ModelsReading, null, "m")).toBe(outcome);
  });
});

describe("a word of /health against the backend", () => {
  it("turns a right name into a fault that still says that the name is right", () => {
    expect(judge(serves("m"), fault("engine_dead", "/health answers 503"), "m")).toEqual({
      kind: "fault",
      reason: "engine_dead",
      nameMatches: true,
      found: ["m"],
      detail: "/health answers 503",
    });
  });

  it("turns a right name into absence when the server says that it loads", () => {
    expect(judge(serves("m"), absent("it loads"), "m")).toEqual(absent("it loads"));
  });

  it.each([
    ["a dead engine", fault("engine_dead", "x")],
    ["loading", absent("x")],
  ])("does not hide a wrong name: %s", (_what, health) => {
    expect(judge(serves("other"), health, "m")).toMatchObject({ reason: "wrong_name" });
  });
});
