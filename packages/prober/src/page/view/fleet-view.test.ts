import { describe, expect, it } from "vitest";
import { deploymentFacts, factsOf } from "../../../test/page-facts.ts";
import type { PageFacts } from "./facts.ts";
import { fleetViewOf, LINES_A_PAGE, type Filter } from "./fleet-view.ts";

const ALL: Filter = { state: "", text: "", page: 1 };

const FEW = factsOf([
  ["coder", "ok", "down"],
  ["chat", "ok"],
]);

/** As many models with four deployments each. */
const many = (models: number, broken: number) =>
  factsOf(
    Array.from({ length: models }, (_, index) =>
      index < broken ? [`m${index}`, "ok", "ok", "down", "ok"] : [`m${index}`, "ok", "ok", "ok", "ok"],
    ),
  );

function lines(facts: PageFacts, filter: Partial<Filter> = {}): readonly string[] {
  return fleetViewOf(facts, { ...ALL, ...filter }).lines.map((line) =>
    line.kind === "row"
      ? line.member.facts.verdict.deployment
      : `${line.group.alias}${line.isFolded ? " +" : ""}:`,
  );
}

describe("the table", () => {
  it("has all deployments in the order of the config, below their model", () => {
    expect(lines(FEW)).toEqual(["coder:", "coder-0", "coder-1", "chat:", "chat-0"]);
  });

  it.each<[what: string, filter: Partial<Filter>, found: readonly string[]]>([
    ["a shape", { state: "out" }, ["coder:", "coder-1"]],
    ["a reason", { state: "down" }, ["coder:", "coder-1"]],
    ["part of an alias", { text: "CHA" }, ["chat:", "chat-0"]],
    ["part of an id", { text: "r-1" }, ["coder:", "coder-1"]],
    ["part of a host", { text: "gpu-1" }, ["coder:", "coder-0", "coder-1", "chat:", "chat-0"]],
    ["both", { state: "ok", text: "coder" }, ["coder:", "coder-0"]],
    ["what is not there", { text: "nobody" }, []],
    [
      "a page that is not there shows the last",
      { page: 9 },
      ["coder:", "coder-0", "coder-1", "chat:", "chat-0"],
    ],
  ])("is filtered by %s", (_what, filter, found) => expect(lines(FEW, filter)).toEqual(found));

  it("folds what is well above 200 deployments, unless it is asked for", () => {
    const facts = many(51, 1);
    expect(lines(facts).slice(0, 7)).toEqual(["m0:", "m0-0", "m0-1", "m0-2", "m0-3", "m1 +:", "m2 +:"]);
    expect(lines(facts, { text: "m7-" })).toEqual(["m7:", "m7-0", "m7-1", "m7-2", "m7-3"]);
    expect(fleetViewOf(facts, ALL)).toMatchObject({ matching: 204, pages: 1 });
  });

  it("has pages, and one that begins within a model repeats its head", () => {
    const facts = many(2_500, 2_500);
    const first = fleetViewOf(facts, ALL);
    expect(first.lines.length).toBe(LINES_A_PAGE);
    expect(first.pages).toBe(Math.ceil(12_500 / LINES_A_PAGE));
    const odd = factsOf([["a", ...Array.from({ length: 300 }, () => "down" as const)]]);
    expect(lines(odd, { page: 2 }).slice(0, 2)).toEqual(["a:", `a-${LINES_A_PAGE - 1}`]);
  });
});

describe("the tiles", () => {
  it("are all models, and above 24 only those that are not whole", () => {
    const names = (facts: PageFacts) => fleetViewOf(facts, ALL).tiles.map(({ alias }) => alias);
    expect(names(FEW)).toEqual(["coder", "chat"]);
    expect(names(many(30, 2))).toEqual(["m0", "m1"]);
    expect(fleetViewOf(many(30, 2), ALL).moreTiles).toBe(28);
    expect(names(many(100, 100)).length).toBe(24);
  });
});

it("the tally counts deployments, worst first", () => {
  const facts = { ...FEW, deployments: [...FEW.deployments, deploymentFacts({ warnings: ["saturated"] })] };
  expect(fleetViewOf(facts, ALL).tally).toEqual([
    ["out", 1],
    ["warn", 1],
    ["ok", 2],
  ]);
});
