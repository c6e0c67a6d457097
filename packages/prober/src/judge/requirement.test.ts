import { describe, expect, it } from "vitest";
import type { AliasReadiness } from "./readiness.ts";
import { isMet, isMetBy, parseRequirement, type Requirement } from "./requirement.ts";

/** An alias with as many deployments as there are letters; `+` is ready, `d` drained. */
function alias(states: string): AliasReadiness {
  const deployments = states.split("").map((state, index) => ({
    id: String(index),
    ready: state === "+",
    reason: state === "+" ? "ok" : "down",
    isDrained: state === "d",
  }));
  return { alias: "a", ready: states.includes("+"), deployments };
}

describe("what is written", () => {
  it.each<[readonly string[], Requirement]>([
    [[], null],
    [["any"], "any"],
    [["all"], "all"],
    [["1"], 1],
    [["12"], 12],
  ])("%j is understood", (written, value) => {
    expect(parseRequirement(written)).toEqual({ ok: true, value });
  });

  it.each(["", "0", "-1", "1.5", "01", "ANY", "some", "1e3", "100000", " 1"])(
    "%j is refused by name",
    (value) => {
      const parsed = parseRequirement([value]);
      expect(parsed).toEqual({
        ok: false,
        error: `require must be any, all or a number from 1 to 99999, and not ${JSON.stringify(value)}`,
      });
    },
  );

  it("twice is refused, equal or not", () => {
    expect(parseRequirement(["any", "any"])).toEqual({
      ok: false,
      error: "require was given more than once",
    });
  });
});

describe("what is required", () => {
  it.each<[readonly string[], Record<string, boolean>]>([
    [["+-", "++"], { null: true, any: true, all: false, 1: true, 2: false }],
    [["--", "++"], { null: false, any: true, all: false, 1: false, 2: false }],
    [["++", "++"], { null: true, any: true, all: true, 1: true, 2: true, 3: false }],
    [["--", "-"], { null: false, any: false, all: false, 1: false }],
    [["+-"], { null: true, any: true, all: false, 1: true, 2: false }],
    [[], { null: true, any: false, all: true, 1: true }],
    [["+d", "++"], { null: true, any: true, all: true, 1: true, 2: false }],
    [["-d", "++"], { null: false, any: true, all: false, 1: false }],
    [["++d"], { null: true, any: true, all: true, 2: true, 3: false }],
    [["dd", "+"], { null: true, any: true, all: true, 1: true, 2: false }],
    [["dd", "-"], { null: false, any: false, all: false, 1: false }],
    [["dd", "d"], { null: false, any: false, all: false, 1: false }],
  ])("of the aliases %j", (states, expected) => {
    const met = Object.keys(expected).map((written) => {
      const requirement = written === "null" ? null : /\d/.test(written) ? Number(written) : written;
      return [written, isMet(requirement as Requirement, states.map(alias))];
    });
    expect(Object.fromEntries(met)).toEqual(expected);
  });

  it("of one alias, `any` is one of its own", () => {
    expect(isMetBy(alias("-"), "any")).toBe(false);
    expect(isMetBy(alias("-+"), "any")).toBe(true);
  });
});
