import { isRoutable, REASON_CODES } from "@rollcall/contract";
import { describe, expect, it } from "vitest";
import { deploymentOf, readyHistory, historyOf, instant } from "../../test/deployment-histories.ts";
import { resumeHistory, startHistory } from "./deployment-history.ts";

it("a deployment not probed yet is unknown and not routable, and says what it expects", () => {
  const deployment = deploymentOf({ alias: "chat", model: "org/llama" });
  const { verdict, absentSince, failures } = startHistory(deployment, instant(500));
  expect(isRoutable(verdict)).toBe(false);
  expect(verdict).toMatchObject({
    deployment: deployment.id,
    check: deployment.check,
    alias: "chat",
    expected: "org/llama",
    reason: "unknown",
    found: [],
    since: 500,
    lastGoodAt: null,
  });
  expect({ absentSince, failures }).toEqual({ absentSince: null, failures: 0 });
});

describe("a verdict of an earlier run", () => {
  it("goes on as it was: a ready one stays routable", () => {
    const { verdict } = readyHistory();
    expect(resumeHistory(verdict, instant(500)).verdict).toBe(verdict);
    expect(isRoutable(resumeHistory(verdict, instant(500)).verdict)).toBe(true);
  });

  it.each(REASON_CODES)("knows since when nothing answers only where nothing did: %s", (reason) => {
    const absent = ["loading", "overdue", "down", "crash_loop"].includes(reason);
    expect(resumeHistory(historyOf({}, { reason, since: 9 }).verdict, instant(500)).absentSince).toBe(
      absent ? 9 : null,
    );
  });
});

describe("what an earlier run has learned", () => {
  it("is gone on from: loads and falls", () => {
    const history = { loadTimesMs: [60_000, 70_000], falls: [5, 9] };
    expect(resumeHistory(historyOf({}, { history }).verdict, instant(500))).toMatchObject(history);
    expect(resumeHistory(historyOf().verdict, instant(500))).toMatchObject({ loadTimesMs: [], falls: [] });
  });

  it("is that what it called ready has shown a token", () => {
    expect(resumeHistory(readyHistory().verdict, instant(500)).generated).toBe(true);
    expect(
      resumeHistory(historyOf({}, { reason: "canary_failed", nameMatches: true }).verdict, instant(500))
        .generated,
    ).toBe(false);
  });

  it("begins no count: failures, successes and losses are this run's own", () => {
    expect(resumeHistory(readyHistory().verdict, instant(500))).toMatchObject({
      failures: 0,
      successes: 0,
      losses: [],
    });
  });
});
