import { describe, expect, test } from "vitest";
import type { Reason, Verdict } from "@rollcall/contract";
import { deploymentOf, snapshotOf, verdictOn } from "../test/deployments.ts";
import { Ejections } from "./ejections.ts";

const DEFINITE = { definite: true, reason: "wrong_name" } as const;
const SUSPECT = { definite: false, reason: "down" } as const;
const OTHER_SUSPECT = { definite: false, reason: "dns" } as const;

const START = 1_000_000;
const at = (moment: number) => ({ wall: moment, monotonic: moment });

function ejected(evidence: typeof DEFINITE | typeof SUSPECT): Ejections {
  const ejections = new Ejections();
  ejections.add("a", evidence, at(START));
  return ejections;
}

test("nothing is held against a deployment that nothing was added for", () => {
  expect(ejected(DEFINITE).get("b", START)).toBe(null);
});

test.each([
  ["a certainty", DEFINITE, 30_000],
  ["a suspicion", SUSPECT, 5_000],
])("%s holds for its time and ends by itself", (_case, evidence, ms) => {
  const ejections = ejected(evidence);
  expect(ejections.get("a", START + ms)).toMatchObject(evidence);
  expect(ejections.get("a", START + ms + 1)).toBe(null);
  expect(ejections.get("a", START)).toBe(null);
});

test("new evidence begins the time anew", () => {
  const ejections = ejected(SUSPECT);
  ejections.add("a", OTHER_SUSPECT, at(START + 4_000));
  expect(ejections.get("a", START + 9_000)).toMatchObject(OTHER_SUSPECT);
});

test("a suspicion does not weaken a certainty, nor does it lengthen it", () => {
  const ejections = ejected(DEFINITE);
  ejections.add("a", SUSPECT, at(START + 29_000));
  expect(ejections.get("a", START + 30_000)).toMatchObject(DEFINITE);
  expect(ejections.get("a", START + 30_001)).toBe(null);
});

test("a suspicion counts again once the certainty is over", () => {
  const ejections = ejected(DEFINITE);
  ejections.add("a", SUSPECT, at(START + 30_001));
  expect(ejections.get("a", START + 30_001)).toMatchObject(SUSPECT);
});

test("a certainty replaces a suspicion", () => {
  const ejections = ejected(SUSPECT);
  ejections.add("a", DEFINITE, at(START + 1));
  expect(ejections.get("a", START + 20_000)).toMatchObject(DEFINITE);
});

describe("a snapshot", () => {
  const heard = (reason: Reason, facts: Partial<Verdict>) => {
    const ejections = ejected(DEFINITE);
    ejections.add("b", SUSPECT, at(START));
    ejections.hear(snapshotOf([verdictOn(deploymentOf("a"), reason, facts)]));
    return ejections;
  };

  test("that found it good after the ejection ends it, and no other", () => {
    const ejections = heard("ok", { observedAt: START + 1 });
    expect(ejections.get("a", START + 1)).toBe(null);
    expect(ejections.get("b", START + 1)).toMatchObject(SUSPECT);
  });

  test("that confirms it with all that are good ends it, though its verdict has not changed", () => {
    const ejections = ejected(DEFINITE);
    const verdict = verdictOn(deploymentOf("a"), "ok", { observedAt: START - 1_000 });
    ejections.hear(snapshotOf([verdict], { confirmedAt: START }));
    expect(ejections.get("a", START + 1)).toMatchObject(DEFINITE);
    ejections.hear(snapshotOf([verdict], { confirmedAt: START + 1 }));
    expect(ejections.get("a", START + 1)).toBe(null);
  });

  test.each<[string, Reason, Partial<Verdict>]>([
    ["found it good before", "ok", { observedAt: START }],
    ["found it not ready", "loading", { observedAt: START + 1 }],
    ["found another name", "wrong_name", { observedAt: START + 1 }],
    ["has not seen its name", "ok", { observedAt: START + 1, nameMatches: null }],
  ])("that %s ends nothing", (_case, reason, facts) => {
    expect(heard(reason, facts).get("a", START + 1)).toMatchObject(DEFINITE);
  });

  test("that says nothing of it ends nothing", () => {
    const ejections = ejected(DEFINITE);
    ejections.hear(snapshotOf([verdictOn(deploymentOf("b"), "ok", { observedAt: START + 1 })]));
    expect(ejections.get("a", START + 1)).toMatchObject(DEFINITE);
  });
});

test("entries are those that still hold, and no others", () => {
  const ejections = ejected(DEFINITE);
  ejections.add("b", SUSPECT, at(START));
  expect([...ejections.entries(START)].map(([id]) => id)).toEqual(["a", "b"]);
  expect([...ejections.entries(START + 5_001)].map(([id]) => id)).toEqual(["a"]);
  expect([...ejections.entries(START + 30_001)]).toEqual([]);
});
