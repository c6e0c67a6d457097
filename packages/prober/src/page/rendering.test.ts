import { describe, expect, it } from "vitest";
import { deploymentFacts, factsOf, NOW } from "../../test/page-facts.ts";
import type { Event } from "../events.ts";
import type { Asked } from "./asked.ts";
import { piecesBetween } from "./patch.ts";
import { render } from "./rendering.ts";
import type { PageFacts } from "./view/facts.ts";
import { LINES_A_PAGE } from "./view/fleet-view.ts";

const ALL: Asked = { kind: "fleet", filter: { state: "", text: "", page: 1 } };

function rendered(facts: PageFacts, asked: Asked = ALL) {
  const rendering = render(facts, asked);
  if (rendering === null) throw new Error("there is no such page");
  return { ...rendering, html: [...rendering.sections.values()].join("\n") };
}

const TAG = /<(\/?)([a-z][\w-]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*(\/?)>/g;
const VOID = new Set(["input", "meta", "link", "br"]);

/** Throws where a tag is not closed by its own end, and where a `<` begins anything else. */
function parse(html: string): readonly { readonly tag: string; readonly attributes: string }[] {
  const open: string[] = [];
  const found: { tag: string; attributes: string }[] = [];
  for (const [, end = "", tag = "", attributes = "", self = ""] of html.matchAll(TAG)) {
    if (end !== "") expect(open.pop()).toBe(tag);
    else {
      found.push({ tag, attributes });
      if (self === "" && !VOID.has(tag)) open.push(tag);
    }
  }
  expect(open).toEqual([]);
  expect(html.replaceAll(TAG, "")).not.toMatch(/[<>]/);
  return found;
}

const HOSTILE = `<img src=x onerror=alert(1)>"'&</script><svg onload=a>`;

const event = (given: Partial<Event> = {}): Event => ({
  sequence: 1,
  at: NOW - 5_000,
  deployment: "a-0",
  alias: "a",
  from: "ok",
  to: "down",
  detail: "connection refused",
  hint: "",
  warnings: [],
  expected: "llama",
  found: [],
  ...given,
});

function hostile(): PageFacts {
  const names = {
    deployment: HOSTILE,
    alias: HOSTILE,
    expected: `${HOSTILE}1`,
    found: [`${HOSTILE}2`],
    detail: HOSTILE,
  };
  const notices = [{ code: "clock_skew", detail: HOSTILE } as const];
  const exchanges = [{ at: NOW, path: HOSTILE, outcome: HOSTILE }];
  const served = { kind: "vllm", version: HOSTILE, root: HOSTILE, parent: HOSTILE, maxModelLen: 1 } as const;
  const drained = { since: 0, by: HOSTILE, reason: HOSTILE, observed: "ok" } as const;
  return {
    ...factsOf([]),
    machine: HOSTILE,
    configFault: HOSTILE,
    needRestart: [HOSTILE],
    skipped: [[HOSTILE, HOSTILE]],
    gatewayNotes: [HOSTILE],
    events: [event({ ...names, to: "wrong_name" })],
    deployments: [
      deploymentFacts({
        ...names,
        reason: "wrong_name",
        address: HOSTILE,
        apiBase: HOSTILE,
        version: HOSTILE,
        exchanges,
        endpointExchanges: exchanges,
      }),
      deploymentFacts({
        ...names,
        deployment: "w",
        nameMatches: true,
        warnings: ["clock_skew"],
        notices,
        served,
      }),
      deploymentFacts({ ...names, deployment: "d", reason: "drained", drained, hint: HOSTILE }),
    ],
  };
}

describe("names as hostile as can be", () => {
  it.each<[what: string, asked: Asked]>([
    ["the fleet", ALL],
    ["filtered by them", { kind: "fleet", filter: { state: HOSTILE, text: HOSTILE, page: 1 } }],
    ["the model", { kind: "alias", name: HOSTILE, filter: { state: "", text: "", page: 1 } }],
    ["the deployment", { kind: "deployment", name: HOSTILE }],
    ["one that warns", { kind: "deployment", name: "w" }],
    ["one that is drained", { kind: "deployment", name: "d" }],
  ])("make no element and no attribute: %s", (_what, asked) => {
    const tags = parse(rendered(hostile(), asked).html);
    expect(tags.filter(({ tag }) => ["img", "script", "style", "iframe", "object"].includes(tag))).toEqual(
      [],
    );
    expect(
      tags.filter(({ attributes }) =>
        /\s(on\w+|style|srcdoc)=/.test(attributes.replaceAll(/"[^"]*"/g, '""')),
      ),
    ).toEqual([]);
    expect(rendered(hostile(), asked).html).toContain("&lt;img");
  });

  it("are what links lead to", () => {
    const links = [...rendered(hostile()).html.matchAll(/href="(\/[ad]\/[^"]*)"/g)].map(
      ([, path = ""]) => path,
    );
    expect(links.map((path) => decodeURIComponent(path.slice(3).replaceAll("&#39;", "'")))).toContain(
      HOSTILE,
    );
    expect(links.every((path) => /^\/[ad]\/[\w%.!~*();&#-]+$/.test(path))).toBe(true);
  });
});

describe("what each state shows", () => {
  it.each<
    [what: string, facts: PageFacts, shape: string, seen: readonly string[], unseen: readonly string[]]
  >([
    [
      "all well",
      factsOf([
        ["a", "ok"],
        ["b", "ok"],
      ]),
      "ok",
      ["All 2 models can be called", "All deployments"],
      ["What to do", "Last changes"],
    ],
    [
      "some out",
      factsOf(
        [
          ["a", "down"],
          ["b", "ok"],
        ],
        { events: [event()] },
      ),
      "out",
      ["1 of 2 models cannot be called", "What to do, worst first", "connection refused"],
      [],
    ],
    [
      "everything out",
      factsOf([
        ["a", "down"],
        ["b", "down"],
      ]),
      "out",
      ["None of 2 models can be called"],
      [],
    ],
    [
      "first roll call not over",
      factsOf([["a", "unknown"]], { initialRoundDone: false }),
      "unknown",
      ["Calling the roll"],
      ["What to do", "Only wait"],
    ],
    [
      "the gateway hears nothing",
      factsOf([["a", "ok"]], { writtenAgoMs: 14_000, gatewayNotes: ["snapshot is stale (14 s old)"] }),
      "warn",
      ["the snapshot was last written 14 s ago", "The gateway reports", "snapshot is stale (14 s old)"],
      [],
    ],
    [
      "config refused",
      factsOf([["a", "ok"]], { configFault: "config.yaml:41:7 no URL" }),
      "ok",
      ["The newest config is not used", "config.yaml:41:7 no URL"],
      [],
    ],
    [
      "no deployment configured",
      factsOf([]),
      "unknown",
      ["The config names no deployments"],
      ["All deployments"],
    ],
    [
      "many",
      factsOf(Array.from({ length: 300 }, (_, index) => [`m${index}`, index === 7 ? "hung" : "ok"] as const)),
      "out",
      ["1 of 300 models cannot be called", "and 299 others", "Page 1 of 2", ", not listed"],
      [],
    ],
  ])("%s", (_what, facts, ...[shape, seen, unseen]) => {
    const page = rendered(facts);
    parse(page.html);
    expect(page.shape).toBe(shape);
    for (const text of seen) expect(page.html).toContain(text);
    for (const text of unseen) expect(page.html).not.toContain(text);
  });

  it("what is not known is no 0", () => {
    const { html } = rendered(factsOf([["a", "ok"]]));
    expect(html.match(/not known<\/span>/g)?.length).toBe(3);
  });

  it("of a deployment: questions, answers, loads and the act", () => {
    const facts = factsOf([["a", "ok"]]);
    const one = deploymentFacts({
      deployment: "x",
      reason: "asleep",
      loadTimesMs: [120_000, 90_000],
      load: {
        running: 14,
        waiting: 3,
        kvUsage: 0.97,
        preemptions: 0,
        succeeded: 1,
        generated: 9,
        progress: 9,
        awake: false,
        startedAt: null,
        name: null,
      },
      rates: { now: 1_840, slots: [null, 1, 2, null, 3] },
    });
    const { html } = rendered({ ...facts, deployments: [one] }, { kind: "deployment", name: "x" });
    parse(html);
    for (const text of [
      "x</bdi>: Asleep",
      "/v1/models",
      "2 min, 1 min",
      "14, 3",
      "97 %",
      "1,840",
      "/wake_up",
      "3 tokens a second, not known for 2 of these minutes",
    ])
      expect(html).toContain(text);
  });

  it("of 10,000 deployments that are all out has no more lines than one page", () => {
    const models = Array.from({ length: 10_000 }, (_, index) => [`m${index}`, "down"] as const);
    const page = rendered(factsOf(models));
    expect(page.rows.length).toBe(LINES_A_PAGE);
    expect(page.html.length).toBeLessThan(400_000);
  });

  it("there is none for a name that is not in the config", () => {
    expect(render(factsOf([["a", "ok"]]), { kind: "deployment", name: "b" })).toBeNull();
    expect(render(factsOf([["a", "ok"]]), { kind: "alias", name: "b", filter: ALL.filter })).toBeNull();
  });
});

describe("what is sent of a change", () => {
  const ids = (before: PageFacts, after: PageFacts) =>
    piecesBetween(rendered(before), rendered(after)).map(({ id }) => id);
  const well = factsOf([
    ["a", "ok"],
    ["b", "ok"],
  ]);

  it("is nothing where nothing changed", () => expect(ids(well, well)).toEqual([]));

  it("is the row, and what tells of it", () => {
    expect(
      ids(
        well,
        factsOf([
          ["a", "ok"],
          ["b", "down"],
        ]),
      ),
    ).toEqual(["headline", "todo", "l2", "l3"]);
  });

  it("is one row where only its figures changed", () => {
    const [a, b] = well.deployments;
    if (a === undefined || b === undefined) throw new Error("two deployments");
    const later = { ...well, deployments: [a, { ...b, rates: { now: 7, slots: [7] } }] };
    expect(ids(well, later)).toEqual(["l3"]);
  });

  it("is the whole table where it has other lines", () => {
    expect(
      ids(
        well,
        factsOf([
          ["a", "ok"],
          ["c", "ok"],
        ]),
      ),
    ).toContain("fleet");
  });

  it("is everything for one who has nothing", () => {
    const page = rendered(well);
    expect(piecesBetween(null, page).map(({ id }) => id)).toEqual([...page.sections.keys()]);
  });
});
