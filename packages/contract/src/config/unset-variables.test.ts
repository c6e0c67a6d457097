import { describe, expect, test } from "vitest";
import { parseConfig } from "./parse.ts";
import { printProblem } from "./problem.ts";

const GOOD = `  - model_name: chat
    litellm_params: {model: openai/a, api_base: "http://gpu-1"}
`;

/** What comes of a config with this below its one good entry. */
function read(more: string, env: Record<string, string> = {}) {
  const main = { file: "config.yaml", text: `model_list:\n${GOOD}${more}` };
  const { config, problems } = parseConfig({ main, included: [] }, env);
  return {
    config,
    aliases: [...(config?.aliases.keys() ?? [])],
    skipped: Object.fromEntries(config?.skipped ?? []),
    says: problems.map((problem) => printProblem(problem).replace(/^config\.yaml:\d+:\d+: /, "")),
  };
}

const coder = (params: string) => `  - model_name: coder
    litellm_params: {model: openai/b, api_base: "http://gpu-2", ${params}}
`;

describe("a variable that is not set", () => {
  test.each([
    [
      "its address",
      coder("api_base: os.environ/GPU_URL").replace('api_base: "http://gpu-2", ', ""),
      "GPU_URL",
    ],
    ["a number of it", coder("rpm: os.environ/RPM"), "RPM"],
    ["one named as what every object has", coder("timeout: os.environ/constructor"), "constructor"],
    ["its kind", `${coder("rpm: 1")}    model_info: {kind: os.environ/KIND}\n`, "KIND"],
  ])("leaves out the entry that needs it and no other: %s", (_what, entry, name) => {
    const { aliases, skipped, says } = read(entry);
    expect(aliases).toEqual(["chat"]);
    expect(skipped).toEqual({ coder: `environment variable ${name} is not set` });
    expect(says).toEqual([
      expect.stringMatching(
        new RegExp(`^warning: model_list\\[1\\].*${name} is not set: the entry is left out until it is$`),
      ),
    ]);
  });

  test("leaves out every entry where every one needs it, and is no error all the same", () => {
    const text = GOOD.replace('"http://gpu-1"', "os.environ/GPU_URL");
    const { config, problems } = parseConfig(
      { main: { file: "config.yaml", text: `model_list:\n${text}` }, included: [] },
      {},
    );
    expect(config?.deployments).toEqual([]);
    expect(problems.map(({ severity }) => severity)).toEqual(["warning"]);
  });

  test.each([
    ["general_settings: {database_url: os.environ/DATABASE_URL}"],
    ["litellm_settings: {cache_params: {password: os.environ/REDIS_PASSWORD}}"],
    ["callback_settings: {otel: {endpoint: os.environ/OTEL}}"],
    [coder("api_version: os.environ/VERSION").trimEnd()],
  ])("matters nothing where nobody reads it: %s", (more) => {
    const { config, says } = read(`${more}\n`);
    expect(config).not.toBeNull();
    expect(says).toEqual([expect.stringMatching(/^warning: .*no effect/)]);
  });

  test("is not set for those who refer to it by environment_variables either", () => {
    const { config, says } = read("environment_variables: {REGION: os.environ/NOWHERE, ZONE: a}\n");
    expect(config?.environment).toEqual({ ZONE: "a" });
    expect(says).toEqual([
      "warning: environment_variables.REGION: environment variable NOWHERE is not set: it is left out",
    ]);
  });

  test("is an error where a daemon itself goes by it", () => {
    const { config, says } = read("rollcall: {prober: {host: os.environ/HOST}}\n");
    expect(config).toBeNull();
    expect(says).toEqual([
      "error: rollcall.prober.host: environment variable HOST is not set: set it, or write the value itself",
    ]);
  });
});

describe("LITELLM_MASTER_KEY", () => {
  const ENV = { LITELLM_MASTER_KEY: "sk-env" };

  test.each([
    ["is the master key where the config has none", "", ENV, [{ from: "env", name: "LITELLM_MASTER_KEY" }]],
    [
      "is not where the config has one",
      "general_settings: {master_key: sk-own}\n",
      ENV,
      [{ from: "literal", value: "sk-own" }],
    ],
    ["that is empty is none", "", { LITELLM_MASTER_KEY: "" }, []],
    ["that is not set is none", "", {}, []],
  ])("%s", (...[, more, env, masterKeys]) => {
    expect(read(more, env as Record<string, string>).config?.masterKeys).toEqual(masterKeys);
  });
});
