import { expect, test } from "vitest";
import { REASON_CODES, type Config, type Deployment, type Snapshot, type Verdict } from "@rollcall/contract";
import { configOf, verdictOn, snapshotOf, readConfig } from "../../test/deployments.ts";
import { HealthRegistry } from "../health/health-registry.ts";
import { buildTable, type Known } from "./table.ts";

const NOTHING_LACKS = { lackOf: () => null };

const table = (config: Config, snapshot: Snapshot | null, secrets: Known["secrets"] = NOTHING_LACKS) =>
  buildTable(config, { snapshot, health: new HealthRegistry(), now: { wall: 0, monotonic: 0 }, secrets });

test("without a snapshot every deployment is unknown, and none can be sent to", () => {
  const target = table(configOf({ a: {}, b: {} }), null).targets.get("chat");
  expect(target?.routable).toEqual([]);
  expect(target?.unroutable).toEqual([
    { id: "a", reason: "unknown" },
    { id: "b", reason: "unknown" },
  ]);
});

test("only what is ready under the right name is routable; every other keeps its reason", () => {
  const config = configOf(Object.fromEntries(REASON_CODES.map((reason) => [`at-${reason}`, {}])));
  const verdicts = config.deployments.map((deployment, index) =>
    verdictOn(deployment, REASON_CODES[index] ?? "unknown"),
  );
  const target = table(config, snapshotOf(verdicts)).targets.get("chat");
  expect(target?.routable.map(({ id }) => id)).toEqual(["at-ok"]);
  expect(target?.unroutable).toEqual(
    REASON_CODES.filter((reason) => reason !== "ok").map((reason) => ({ id: `at-${reason}`, reason })),
  );
});

test("one whose key is missing here gets no request, though the prober has it and says ok", () => {
  const config = configOf({ a: {}, b: {} });
  const lacking = config.deployments[0]?.backend;
  const secrets = { lackOf: (backend: unknown) => (backend === lacking ? "KEY is not set" : null) };
  const verdicts = config.deployments.map((deployment) => verdictOn(deployment, "ok"));
  const target = table(config, snapshotOf(verdicts), secrets).targets.get("chat");
  expect(target?.unroutable).toContainEqual({ id: "a", reason: "key_missing" });
  expect(target?.routable.map(({ id }) => id)).not.toContain("a");
});

test("one that the config disables gets no request, though the prober says ok", () => {
  const config = configOf({ a: { info: { disabled: true } }, b: {} });
  const verdicts = config.deployments.map((deployment) => verdictOn(deployment, "ok"));
  const target = table(config, snapshotOf(verdicts)).targets.get("chat");
  expect(target?.unroutable).toEqual([{ id: "a", reason: "drained" }]);
  expect(target?.routable.map(({ id }) => id)).toEqual(["b"]);
});

test.each([
  ["where the prober found it as written", { apiPath: "/qwen" }, "/qwen"],
  ["where it did not say so", {}, "/qwen/v1"],
  ["and no other path, whatever a snapshot says", { apiPath: "/admin" }, "/qwen/v1"],
])("a path without a version is taken %s", (_case, found, apiPath) => {
  const config = configOf({ a: { params: { api_base: "http://gpu-1/qwen" } } });
  const served = {
    kind: "vllm",
    version: null,
    root: null,
    parent: null,
    maxModelLen: null,
    ...found,
  } as const;
  const verdicts = config.deployments.map((deployment) => verdictOn(deployment, "ok", { served }));
  const [routable] = table(config, snapshotOf(verdicts)).targets.get("chat")?.routable ?? [];
  expect(routable?.deployment.backend.base.apiPath).toBe(apiPath);
});

test("which endpoints are missing is known of what is routable and of what was, and nothing where none is", () => {
  const config = configOf({ a: {}, b: {}, c: {} });
  const [a, b, c] = config.deployments as [Deployment, Deployment, Deployment];
  const facts = { kind: "vllm", version: null, root: null, parent: null, maxModelLen: null } as const;
  const served = { ...facts, missing: ["rerank", "telepathy"] };
  const verdicts = [
    verdictOn(a, "ok", { served }),
    verdictOn(b, "down", { served }),
    verdictOn(c, "ok", { served: facts }),
  ];
  const { routable, unroutable } = table(config, snapshotOf(verdicts)).targets.get("chat") ?? {};
  expect(routable?.map(({ id, lacks }) => [id, lacks])).toEqual([
    ["a", new Set(["rerank", "telepathy"])],
    ["c", null],
  ]);
  expect(unroutable).toEqual([{ id: "b", reason: "down", lacks: new Set(["rerank", "telepathy"]) }]);
});

test.each<[string, Partial<Verdict>]>([
  ["ready, under a name not seen yet", { ready: true, nameMatches: null }],
  ["ready, under another name", { ready: true, nameMatches: false }],
  ["not ready, under the right name", { ready: false, nameMatches: true }],
  ["known by another URL, name or credential", { check: "another" }],
])("what is %s is not routable", (_case, facts) => {
  const config = configOf({ a: {} });
  const verdicts = config.deployments.map((deployment) => verdictOn(deployment, "ok", facts));
  expect(table(config, snapshotOf(verdicts)).targets.get("chat")?.routable).toEqual([]);
});

test("a verdict on something else than what the config says now is as none: unknown", () => {
  const config = configOf({ a: {} });
  const verdicts = config.deployments.map((deployment) =>
    verdictOn(deployment, "down", { check: "another" }),
  );
  expect(table(config, snapshotOf(verdicts)).targets.get("chat")?.unroutable).toEqual([
    { id: "a", reason: "unknown" },
  ]);
});

test("a verdict on a deployment that the config does not have changes nothing", () => {
  const config = configOf({ a: {} });
  const [stranger] = configOf({ stranger: {} }).deployments.map((one) => verdictOn(one));
  const built = table(config, snapshotOf(stranger === undefined ? [] : [stranger]));
  expect([...built.targets.keys()]).toEqual(["chat"]);
  expect(built.targets.get("chat")?.routable).toEqual([]);
});

test("routable deployments stand in the order of `order`, and of the file where that is equal", () => {
  const config = configOf({
    late: { params: { order: 2 } },
    first: { params: { order: 1 } },
    second: { params: { order: 1 } },
    none: {},
  });
  const snapshot = snapshotOf(config.deployments.map((deployment) => verdictOn(deployment)));
  const routable = table(config, snapshot).targets.get("chat")?.routable;
  expect(routable?.map(({ id }) => id)).toEqual(["none", "first", "second", "late"]);
});

test("every alias has a target of its own, with its fallbacks, or those of * where it has none, but never itself", () => {
  const config = configOf(
    { a: {}, b: { alias: "small" }, c: { alias: "spare" } },
    { router_settings: { fallbacks: [{ chat: ["small", "spare"] }, { "*": ["spare"] }] } },
  );
  const { targets } = table(config, null);
  expect(targets.get("chat")?.fallbacks).toEqual(["small", "spare"]);
  expect(targets.get("small")?.fallbacks).toEqual(["spare"]);
  expect(targets.get("spare")?.fallbacks).toEqual([]);
});

test("a group alias leads to its alias's target; a hidden one is not listed", () => {
  const config = configOf(
    { a: {} },
    {
      router_settings: {
        model_group_alias: { "gpt-4": "chat", "gpt-3": { model: "chat", hidden: true } },
      },
    },
  );
  const { targets, listed } = table(config, null);
  expect(targets.get("gpt-4")).toBe(targets.get("chat"));
  expect(targets.get("gpt-3")).toBe(targets.get("chat"));
  expect(listed).toEqual(["chat", "gpt-4"]);
});

test("a group alias under the name of a model is not used: the model's own deployments win", () => {
  const config = configOf(
    { a: {}, b: { alias: "other" } },
    { router_settings: { model_group_alias: { chat: "other" } } },
  );
  const { targets, listed } = table(config, null);
  expect(targets.get("chat")?.alias).toBe("chat");
  expect(listed).toEqual(["chat", "other"]);
});

test("entries that cannot be served are left out by name, with the reason, and are not listed", () => {
  const config = readConfig({
    model_list: [
      { model_name: "chat", litellm_params: { model: "openai/m", api_base: "http://a.internal:8000" } },
      { model_name: "claude", litellm_params: { model: "anthropic/claude" } },
      { model_name: "any/*", litellm_params: { model: "openai/*", api_base: "http://a.internal:8000" } },
    ],
  });
  const built = table(config, null);
  expect(built.leftOut.get("claude")).toMatch(/anthropic/);
  expect(built.leftOut.get("any/*")).toBeUndefined();
  expect(built.listed).toEqual(["chat"]);
});
