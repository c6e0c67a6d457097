import type { Reason } from "@rollcall/contract";
import { describe, expect, it } from "vitest";
import { deploymentFacts, factsOf, NOW } from "../../../test/page-facts.ts";
import { actOf } from "./act.ts";
import { todoOf } from "./cases.ts";
import type { PageFacts } from "./facts.ts";
import { groupFleet } from "./group.ts";

const todo = (facts: PageFacts) => todoOf(facts, groupFleet(facts));
const named = (facts: PageFacts) =>
  todo(facts).cases.map(({ members, size }) => (size > 1 ? size : members[0]?.facts.verdict.deployment));

describe("what to do", () => {
  it("is sorted by what it costs: a model with nothing left, one that is out, a full one, the rest", () => {
    const facts = factsOf([
      ["a", "ok", "down"],
      ["b", "hung"],
    ]);
    const full = deploymentFacts({ alias: "a", deployment: "full", warnings: ["saturated"] });
    const skewed = deploymentFacts({ alias: "a", deployment: "skewed", warnings: ["clock_skew"] });
    expect(named({ ...facts, deployments: [skewed, full, ...facts.deployments] })).toEqual([
      "b-0",
      "a-1",
      "full",
      "skewed",
    ]);
  });

  it("of equals the oldest comes first", () => {
    const down = (deployment: string, since: number) =>
      deploymentFacts({ alias: deployment, deployment, reason: "down", since });
    expect(
      named({ ...factsOf([]), deployments: [down("new", NOW - 1_000), down("old", NOW - 9_000)] }),
    ).toEqual(["old", "new"]);
  });

  it("three of one reason are one case, which says how many models have nothing left", () => {
    const facts = factsOf([
      ["a", "down", "down"],
      ["b", "down", "ok"],
      ["c", "hung", "ok"],
    ]);
    const [first, second] = todo(facts).cases;
    expect(first).toMatchObject({ size: 3, effect: "1 model has no deployment left." });
    expect(second?.size).toBe(1);
  });

  it("what comes by itself and what may be meant asks for nothing", () => {
    const facts = factsOf([
      ["a", "loading", "ok"],
      ["b", "draining", "ok"],
      ["c", "drained"],
    ]);
    const restarted = deploymentFacts({
      deployment: "r",
      warnings: ["restarted"],
      notices: [{ code: "restarted", detail: "its process is a new one" }],
    });
    const { cases, waiting, meant } = todo({ ...facts, deployments: [...facts.deployments, restarted] });
    expect(cases).toEqual([]);
    expect(waiting).toEqual([{ deployment: "a-0", text: "loading for 1 min" }]);
    expect(meant.map(({ deployment, text }) => `${deployment} ${text}`)).toEqual([
      "b-0 draining for 1 min",
      "c-0 drained for 1 min",
      "r restarted: its process is a new one",
    ]);
  });

  it("is nothing before the first round is over", () => {
    expect(todo(factsOf([["a", "down"]], { initialRoundDone: false })).cases).toEqual([]);
  });

  it.each<[what: string, models: readonly [string, ...Reason[]][], effect: string]>([
    ["the only one", [["a", "hung"]], "It is the only deployment of its model: requests for it fail."],
    ["the last one", [["a", "hung", "down"]], "No deployment of its model is left: requests for it fail."],
    ["one of several", [["a", "hung", "ok", "ok"]], "The model runs on 2 of 3 deployments."],
  ])("says what it means for the model: %s", (_what, models, effect) => {
    expect(todo(factsOf(models)).cases.find(({ standing }) => standing.code === "hung")?.effect).toBe(effect);
  });
});

describe("the act", () => {
  const lines = (given: Parameters<typeof deploymentFacts>[0]) =>
    actOf(deploymentFacts(given)).lines.map(({ line }) => line);

  it.each([
    [
      "a wrong name",
      { reason: "wrong_name", expected: "llama", found: ["qwen"] },
      ["model: openai/qwen", "--served-model-name llama"],
    ],
    [
      "of a server that takes no name",
      { reason: "wrong_name", kind: "ollama", expected: "llama", found: ["qwen"] },
      ["model: openai/qwen"],
    ],
    ["with several served: nobody can tell which is meant", { reason: "wrong_name", found: ["a", "b"] }, []],
    [
      "that YAML would read otherwise",
      { reason: "wrong_name", kind: null, found: ["a: b #c"] },
      ['model: "openai/a: b #c"'],
    ],
    [
      "that a shell would read otherwise",
      { reason: "wrong_name", expected: "$(rm -rf ~)'", found: ["qwen"] },
      ["model: openai/qwen", "--served-model-name '$(rm -rf ~)'\\'''"],
    ],
    ["with a line break in it is copied by nobody", { reason: "wrong_name", found: ["a\nb"] }, []],
    ["asleep", { reason: "asleep" }, ["curl -X POST http://gpu-1:8000/wake_up"]],
    [
      "drained by a person",
      { reason: "drained", drained: { since: 0, by: "ada@ops", observed: "ok" } },
      ["rollcall undrain chat-1"],
    ],
    ["drained by the config", { reason: "drained", drained: { since: 0, by: "config", observed: "ok" } }, []],
    ["down", { reason: "down" }, []],
  ] as const)("%s", (_what, given, expected) => expect(lines(given)).toEqual(expected));

  it("is the hint where there is one, else what the table of reasons says", () => {
    expect(actOf(deploymentFacts({ reason: "dns", hint: "Try gpu-1." })).text).toBe("Try gpu-1.");
    expect(actOf(deploymentFacts({ reason: "dns" })).text).toMatch(/^Correct the host/);
  });
});
