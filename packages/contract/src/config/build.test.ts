import { describe, expect, test } from "vitest";
import { configOf, ONE } from "../../test/configs.ts";

test("where nothing is said, the defaults hold", () => {
  const config = configOf(ONE);
  expect(config).toMatchObject({
    strategy: "two-choices",
    numRetries: 2,
    masterKeys: [],
    environment: {},
    defaultFallbacks: [],
  });
  expect(
    config.fallbacks.size +
      config.contextWindowFallbacks.size +
      config.groupAliases.size +
      config.skipped.size,
  ).toBe(0);
});

describe("what stands in both of LiteLLM's sections", () => {
  const both = configOf(`${ONE}litellm_settings:
  num_retries: 1
  fallbacks: [{chat: [a]}]
  context_window_fallbacks: [{chat: [a]}]
  default_fallbacks: [a]
router_settings:
  num_retries: 5
  fallbacks: [{chat: [b, c]}, {b: [c]}]
  context_window_fallbacks: [{chat: [b]}]
  default_fallbacks: [c]
  model_group_alias: {a: chat, b: {model: chat}, c: {model: chat, hidden: true}}
`);

  test("is router_settings' own", () => {
    expect(both.numRetries).toBe(5);
    expect([...both.fallbacks]).toEqual([
      ["chat", ["b", "c"]],
      ["b", ["c"]],
    ]);
    expect([...both.contextWindowFallbacks]).toEqual([["chat", ["b"]]]);
    expect(both.defaultFallbacks).toEqual(["c"]);
  });

  test("is litellm_settings' where router_settings is silent", () => {
    const one = configOf(
      `${ONE}litellm_settings: {num_retries: 0, fallbacks: [{chat: [chat]}]}\nrouter_settings: {}\n`,
    );
    expect(one.numRetries).toBe(0);
    expect([...one.fallbacks]).toEqual([["chat", ["chat"]]]);
  });

  test("group aliases are shown or hidden as written", () => {
    expect([...both.groupAliases]).toEqual([
      ["a", { alias: "chat", hidden: false }],
      ["b", { alias: "chat", hidden: false }],
      ["c", { alias: "chat", hidden: true }],
    ]);
  });
});

test("deployments of one alias stay together in the order of the file", () => {
  const entry = (alias: string, host: string) =>
    `{model_name: ${alias}, litellm_params: {model: openai/m, api_base: "http://${host}"}}`;
  const { aliases } = configOf(
    `model_list: [${entry("a", "g1")}, ${entry("b", "g2")}, ${entry("a", "g3")}]\n`,
  );
  expect([...aliases].map(([alias, some]) => [alias, some.map((one) => one.backend.base.hostname)])).toEqual([
    ["a", ["g1", "g3"]],
    ["b", ["g2"]],
  ]);
});

test.each([
  ["os.environ/MASTER", { from: "env", name: "MASTER" }],
  ["file//run/secrets/master", { from: "file", path: "/run/secrets/master" }],
  ["sk-1234", { from: "literal", value: "sk-1234" }],
])("the master key %s is kept as a reference", (written, ref) => {
  expect(configOf(`${ONE}general_settings: {master_key: ${written}}\n`).masterKeys).toEqual([ref]);
});

test.each([
  ["an empty one is none", "general_settings: {master_key: ''}", []],
  [
    "additional ones come after it",
    "general_settings: {master_key: os.environ/NEW}\nrollcall: {gateway: {additional_master_keys: [file/old, sk-older]}}",
    [
      { from: "env", name: "NEW" },
      { from: "file", path: "old" },
      { from: "literal", value: "sk-older" },
    ],
  ],
  [
    "additional ones are keys without it too",
    "rollcall: {gateway: {additional_master_keys: [12345]}}",
    [{ from: "literal", value: "12345" }],
  ],
])("master keys: %s", (_case, written, refs) => {
  expect(configOf(`${ONE}${written}\n`).masterKeys).toEqual(refs);
});

test.each(["simple", "__proto__", "constructor", "toString"])("an alias may be called %s", (alias) => {
  const config = configOf(
    `${ONE.replace("chat", alias)}router_settings: {fallbacks: [{${alias}: [${alias}]}]}\n`,
  );
  expect(config.aliases.get(alias)).toHaveLength(1);
  expect(config.fallbacks.get(alias)).toEqual([alias]);
});
