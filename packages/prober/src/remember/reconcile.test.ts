import type { Config, Deployment } from "@rollcall/contract";
import { describe, expect, it } from "vitest";
import { configOf, type Entry } from "../../test/configs.ts";
import { GOOD, snapshotOf, instant } from "../../test/deployment-histories.ts";
import { reconcile } from "./reconcile.ts";
import { startHistory, type DeploymentHistory } from "./deployment-history.ts";

const NOTHING_KNOWN = { histories: new Map<string, DeploymentHistory>(), previous: null };

/** What is known of the entry goes by its id and address. */
const D = "d at http://a:8000";

const ENTRY = { id: "d", alias: "chat", model: "llama", base: "http://a:8000", key: "os.environ/KEY" };

function firstOf(config: Config): Deployment {
  const [deployment] = config.deployments;
  if (deployment === undefined) throw new Error("no deployment");
  return deployment;
}

/** A history of the config's first deployment that was routable at `at`. */
function proven(config: Config, at: number): DeploymentHistory {
  const history = startHistory(firstOf(config), instant(at));
  return { ...history, failures: 1, falls: [at], verdict: { ...history.verdict, ...GOOD, observedAt: at } };
}

const written = (entry: Entry) => configOf([{ ...ENTRY, ...entry }]);

describe("a new config", () => {
  it("begins with unknowns when nothing is known", () => {
    const histories = reconcile(
      NOTHING_KNOWN,
      configOf([{ id: "1" }, { id: "2", model: "b" }]),
      instant(500),
    );
    expect([...histories.keys()]).toEqual(["1 at http://a:8000", "2 at http://a:8000"]);
    expect([...histories.values()].map(({ verdict }) => verdict)).toMatchObject([
      { reason: "unknown", ready: false, nameMatches: null, since: 500, observedAt: 500, lastGoodAt: null },
      { reason: "unknown", ready: false, nameMatches: null, expected: "b" },
    ]);
  });

  it("keeps all that is known of a deployment whose check is the same", () => {
    const before = written({});
    const history = proven(before, 100);
    const again = configOf([{ alias: "new", base: "http://b" }, ENTRY], { prober: { interval: "9s" } });
    const histories = reconcile({ histories: new Map([[D, history]]), previous: null }, again, instant(500));
    expect(histories.get(D)).toEqual(history);
  });

  it.each([
    ["URL", { base: "http://b:8000" }],
    ["port", { base: "http://a:8001" }],
    ["path", { base: "http://a:8000/team/v1" }],
    ["model", { model: "qwen" }],
    ["credential reference", { key: "os.environ/OTHER" }],
    ["literal key", { key: "sk-1" }],
    ["header", { headers: { "x-team": "a" } }],
  ])("knows nothing of one whose %s changed", (_what, edit) => {
    const histories = new Map([[D, proven(written({}), 100)]]);
    const [history] = reconcile({ histories, previous: null }, written(edit), instant(500)).values();
    expect(history?.verdict).toMatchObject({
      reason: "unknown",
      ready: false,
      nameMatches: null,
      since: 500,
    });
  });

  it("keeps a verdict under a new alias, and says so in the verdict", () => {
    const history = proven(written({}), 100);
    const renamed = reconcile(
      { histories: new Map([[D, history]]), previous: null },
      written({ alias: "talk" }),
      instant(500),
    );
    expect(renamed.get(D)).toEqual({ ...history, verdict: { ...history.verdict, alias: "talk" } });
  });

  it("forgets what it does not name, and keeps its own order", () => {
    const before = configOf([{ id: "1" }, { id: "2" }, { id: "3" }]);
    const histories = reconcile(NOTHING_KNOWN, before, instant(0));
    const after = reconcile(
      { histories, previous: null },
      configOf([{ id: "3" }, { id: "1" }]),
      instant(500),
    );
    expect([...after.keys()]).toEqual(["3 at http://a:8000", "1 at http://a:8000"]);
  });
});

describe("the snapshot of an earlier run", () => {
  const earlier = proven(written({}), 100).verdict;

  it("goes on where the check is the same", () => {
    const histories = reconcile(
      { histories: new Map(), previous: snapshotOf([earlier]) },
      written({}),
      instant(500),
    );
    expect(histories.get(D)).toMatchObject({ verdict: earlier, failures: 0, falls: [], absentSince: null });
  });

  it.each(["loading", "overdue", "down", "crash_loop"] as const)(
    "tells since when nothing answers: %s",
    (reason) => {
      const gone = { ...earlier, ready: false, reason, since: 77 };
      const histories = reconcile(
        { histories: new Map(), previous: snapshotOf([gone]) },
        written({}),
        instant(500),
      );
      expect(histories.get(D)?.absentSince).toBe(77);
    },
  );

  it.each([
    ["another check", { ...earlier, check: "another" }],
    ["another deployment", { ...earlier, deployment: "e" }],
    ["another alias", { ...earlier, alias: "talk" }],
  ])("says nothing with %s", (_what, verdict) => {
    const histories = reconcile(
      { histories: new Map(), previous: snapshotOf([verdict]) },
      written({}),
      instant(500),
    );
    expect(histories.get(D)?.verdict.reason).toBe("unknown");
  });

  it("counts less than what this run knows itself", () => {
    const history = proven(written({}), 400);
    const known = { histories: new Map([[D, history]]), previous: snapshotOf([earlier]) };
    expect(reconcile(known, written({}), instant(500)).get(D)?.verdict.observedAt).toBe(400);
  });
});
