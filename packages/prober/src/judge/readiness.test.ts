import { describe, expect, it } from "vitest";
import { readyHistory, historyOf } from "../../test/deployment-histories.ts";
import { readAliases } from "./readiness.ts";

const good = (deployment: string, alias: string) => readyHistory({}, { deployment, alias }).verdict;
const bad = (deployment: string, alias: string) =>
  historyOf({}, { deployment, alias, reason: "down" }).verdict;

describe("an alias", () => {
  it("may be called when one of its deployments is proven", () => {
    expect(readAliases([bad("a-1", "a"), good("a-2", "a")])).toEqual([
      {
        alias: "a",
        ready: true,
        deployments: [
          { id: "a-1", ready: false, reason: "down", isDrained: false },
          { id: "a-2", ready: true, reason: "ok", isDrained: false },
        ],
      },
    ]);
  });

  it("may not be called when none is", () => {
    expect(readAliases([bad("a-1", "a"), bad("a-2", "a")])).toMatchObject([{ alias: "a", ready: false }]);
  });

  it.each([
    ["up under a wrong name", { ready: true, nameMatches: false, reason: "wrong_name" as const }],
    ["rightly named with a dead engine", { ready: false, nameMatches: true, reason: "engine_dead" as const }],
    ["not asked yet", { ready: false, nameMatches: null, reason: "unknown" as const }],
  ])("needs both facts: %s", (_what, verdict) => {
    expect(readAliases([historyOf({}, { alias: "a", ...verdict }).verdict])).toMatchObject([
      { ready: false, deployments: [{ ready: false, reason: verdict.reason }] },
    ]);
  });

  it("stands in the order of the config, once", () => {
    const aliases = readAliases([good("1", "z"), bad("2", "a"), good("3", "z")]);
    expect(aliases.map(({ alias }) => alias)).toEqual(["z", "a"]);
  });
});

it("no deployments make no aliases", () => {
  expect(readAliases([])).toEqual([]);
});
