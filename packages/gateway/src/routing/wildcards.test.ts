import { describe, expect, test } from "vitest";
import type { Config, Kind, Reason } from "@rollcall/contract";
import { readConfig, snapshotOf, verdictOn } from "../../test/deployments.ts";
import { HealthRegistry } from "../health/health-registry.ts";
import { buildTable, findTarget, whyLeftOut } from "./table.ts";

interface Entry {
  readonly model: string;
  readonly found?: readonly string[];
  readonly reason?: Reason;
  readonly base?: string | null;
  readonly kind?: Kind;
}

const keyed = (alias: string) => (alias.includes("#") ? alias.slice(0, alias.indexOf("#")) : alias);

/** By alias; what stands behind `#` makes it another deployment of the same one. */
function read(entries: Readonly<Record<string, Entry>>, settings: object = {}) {
  const config: Config = readConfig({
    model_list: Object.entries(entries).map(([id, { model, base = "http://gpu:8000" }], index) => ({
      model_name: keyed(id),
      litellm_params: { model, ...(base === null ? {} : { api_base: base.replace("gpu", `gpu-${index}`) }) },
      model_info: { id },
    })),
    ...settings,
  });
  const verdicts = config.deployments.map((one) => {
    const { found = [], reason = "ok", kind = "vllm" } = entries[one.id] ?? {};
    const served = { kind, version: null, root: null, parent: null, maxModelLen: null };
    return verdictOn(one, reason, { found, served });
  });
  const table = buildTable(config, {
    snapshot: snapshotOf(verdicts),
    health: new HealthRegistry(),
    now: { wall: 0, monotonic: 0 },
    secrets: { lackOf: () => null },
  });
  const find = (name: string) => {
    const target = findTarget(table, name);
    return target === undefined
      ? null
      : [
          target.alias,
          ...target.routable.map(({ id, deployment }) => `${id} as ${deployment.expected}`),
          ...target.unroutable.map(({ id, reason }) => `${id} ${reason}`),
        ];
  };
  return { table, find };
}

const VLLM: Entry = { model: "hosted_vllm/*", found: ["qwen3", "org/llama"] };

test("without a pattern nothing is looked for", () => {
  expect(read({ chat: { model: "openai/m" } }).table.wildcards).toBeNull();
});

describe("a name leads to the servers behind its pattern that list it", () => {
  test.each<
    readonly [about: string, entries: Record<string, Entry>, name: string, found: readonly string[] | null]
  >([
    ["one that is served", { "team/*": VLLM }, "team/qwen3", ["team/*", "team/* as qwen3"]],
    ["with a slash", { "team/*": VLLM }, "team/org/llama", ["team/*", "team/* as org/llama"]],
    ["one that nobody lists", { "team/*": VLLM }, "team/gpt", ["team/*"]],
    ["of another prefix", { "team/*": VLLM }, "other/qwen3", null],
    ["the prefix alone", { "team/*": VLLM }, "team/", ["team/*"]],
    [
      "those of two servers that list it",
      {
        "*": VLLM,
        "*#2": { model: "openai/*", found: ["qwen3"] },
        "*#3": { model: "openai/*", found: ["phi"] },
      },
      "qwen3",
      ["*", "* as qwen3", "*#2 as qwen3"],
    ],
    [
      "any name, where one is served for all",
      { "claude-*": { model: "openai/qwen3", found: ["qwen3"] } },
      "claude-opus",
      ["claude-*", "claude-* as qwen3"],
    ],
    ["the more specific pattern", { "*": VLLM, "team/*": VLLM }, "team/qwen3", ["team/*", "team/* as qwen3"]],
    [
      "a name of its own before any pattern",
      { "*": VLLM, qwen3: { model: "openai/m" } },
      "qwen3",
      ["qwen3", "qwen3 as m"],
    ],
    [
      "one that is down, while its names are not known",
      { "*": { model: "openai/*", reason: "down" } },
      "qwen3",
      ["*", "* down"],
    ],
    ["one that is down and had it", { "*": { ...VLLM, reason: "down" } }, "qwen3", ["*", "* down"]],
    ["not one that is down and had others", { "*": { ...VLLM, reason: "down" } }, "phi", ["*"]],
  ])("%s", (...row) => {
    const [, entries, name, found] = row;
    expect(read(entries).find(name)).toEqual(found);
  });

  test("Ollama's latest has its bare name, too", () => {
    const { find } = read({ "*": { model: "ollama_chat/*", found: ["llama3:latest"], kind: "ollama" } });
    expect(find("llama3")).toEqual(["*", "* as llama3"]);
    expect(find("llama3:latest")).toEqual(["*", "* as llama3:latest"]);
    expect(find("llama3:7b")).toEqual(["*"]);
  });
});

test("the list has the names that are served, not the pattern", () => {
  const { table } = read({
    chat: { model: "openai/m" },
    "team/*": VLLM,
    "*": { model: "openai/*", found: ["chat", "team/x", "phi"] },
    "claude-*": { model: "openai/qwen3", found: ["qwen3"] },
  });
  // What a more specific entry has belongs to that one.
  expect(table.listed).toEqual(["chat", "team/org/llama", "team/qwen3", "phi"]);
});

test("a name that nobody serves is told what is served instead", () => {
  const { table } = read({ "team/*": VLLM });
  expect(findTarget(table, "team/gpt")?.serves).toEqual(["team/org/llama", "team/qwen3"]);
});

describe("what stands in for a name", () => {
  const FALLBACKS = {
    router_settings: {
      fallbacks: [{ "team/qwen3": ["a"] }, { "team/*": ["b"] }, { "*": ["c"] }],
      context_window_fallbacks: [{ "team/*": ["long"] }],
    },
  };
  const entries = { a: VLLM, b: VLLM, c: VLLM, long: VLLM, "team/*": VLLM, "other/*": VLLM };

  test.each([
    ["its own", "team/qwen3", ["a"]],
    ["its pattern's", "team/org/llama", ["b"]],
    ["anybody's", "other/qwen3", ["c"]],
  ])("is %s", (_whose, name, fallbacks) => {
    const fixed = Object.fromEntries(
      Object.entries(entries).map(([alias, entry]) => [
        alias,
        alias.includes("*") ? entry : { model: "openai/m" },
      ]),
    );
    const { table } = read(fixed, FALLBACKS);
    expect(findTarget(table, name)?.fallbacks).toEqual(fallbacks);
    expect(findTarget(table, "team/qwen3")?.contextWindowFallbacks).toEqual(["long"]);
  });
});

test("a group alias may point to a name that only a pattern has, and be hidden", () => {
  const { table, find } = read(
    { "team/*": VLLM },
    {
      router_settings: {
        model_group_alias: { fast: "team/qwen3", quiet: { model: "team/qwen3", hidden: true } },
      },
    },
  );
  expect(find("fast")).toEqual(["team/*", "team/* as qwen3"]);
  expect(find("quiet")).toEqual(find("fast"));
  expect(table.listed).toEqual(["team/org/llama", "team/qwen3", "fast"]);
});

test("a pattern whose entry is left out says why to every name that it has", () => {
  const { table } = read({ chat: { model: "openai/m" }, "azure/*": { model: "azure/*", base: null } });
  expect(whyLeftOut(table, "azure/gpt-4o")).toMatch(/azure/);
  expect(whyLeftOut(table, "other")).toBeUndefined();
});

test("names that are asked for again and again lead to the same candidates", () => {
  const { table } = read({ "*": { model: "ollama_chat/*", found: ["llama3:latest"], kind: "ollama" } });
  const one = findTarget(table, "llama3")?.routable[0];
  for (let turn = 0; turn < 1_500; turn += 1) findTarget(table, `nobody-${turn}`);
  expect(one).toBeDefined();
  expect(findTarget(table, "llama3")?.routable[0]?.deployment).toBe(one?.deployment);
});
