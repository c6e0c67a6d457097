import { REASON_CODES, WARNINGS } from "@rollcall/contract";
import { expect, it } from "vitest";
import { deploymentFacts, type Given } from "../../../test/page-facts.ts";
import { REASON_WORDS, standingOf, WARNING_WORDS } from "./words.ts";

it("every reason and warning has a word of its own", () => {
  const words = REASON_CODES.map((code) => REASON_WORDS[code].word);
  expect(new Set(words).size).toBe(REASON_CODES.length);
  expect(Object.keys(WARNING_WORDS).toSorted()).toEqual(Object.keys(WARNINGS).toSorted());
});

it.each<[what: string, given: Given, isCalled: boolean, shape: string, word: string]>([
  ["ready", {}, true, "ok", "Ready"],
  [
    "ready with warnings: the one that needs somebody",
    { warnings: ["restarted", "saturated"] },
    true,
    "warn",
    "Saturated",
  ],
  ["out", { reason: "down" }, true, "out", "Down"],
  ["ready under another name is out", { reason: "wrong_name" }, true, "out", "Wrong name"],
  ["loading waits", { reason: "loading" }, true, "wait", "Loading"],
  ["asleep rests", { reason: "asleep" }, true, "rest", "Asleep"],
  ["not asked before the first round is over", { reason: "unknown" }, false, "unknown", "Not probed yet"],
  ["not asked later", { reason: "unknown" }, true, "wait", "Not probed yet"],
  [
    "a warning of one that is out says nothing",
    { reason: "down", warnings: ["restarted"] },
    true,
    "out",
    "Down",
  ],
  ["well, but not to be called", { reason: "ok", ready: false }, true, "out", "Ready"],
])("%s", (_what, given, ...[isCalled, shape, word]) => {
  expect(standingOf(deploymentFacts(given).verdict, isCalled)).toMatchObject({ shape, word });
});
