import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configOf, configOfParams, problemsOf } from "../../test/configs.ts";
import type { Config } from "./config.ts";
import { DEFAULTS } from "./defaults.ts";

const SHUFFLE = { routing_strategy: "simple-shuffle" };

type Entry = Readonly<Record<string, unknown>>;

const entry = (alias: string, params: Entry = {}, info: Entry = {}): Entry => ({
  model_name: alias,
  litellm_params: { model: "openai/served", api_base: "http://gpu-1:8000/v1", ...params },
  model_info: info,
});
const configOfEntries = (...entries: readonly Entry[]): Config =>
  configOf(JSON.stringify({ model_list: entries }));
const only = (params: Entry, info: Entry = {}) => {
  const [deployment] = configOfEntries(entry("chat", params, info)).deployments;
  if (deployment === undefined) throw new Error("no deployment");
  return deployment;
};

describe("the id of a deployment", () => {
  const entries = [
    entry("chat", { api_base: "http://gpu-1" }),
    entry("chat", { api_base: "http://gpu-2" }),
    entry("coder", { model: "openai/qwen" }),
    entry("judge", { api_key: "os.environ/KEY" }),
    entry("named", {}, { id: "by-hand" }),
  ];
  const idsOf = (config: Config) =>
    new Map(
      config.deployments.map((one) => [`${one.alias} ${one.backend.base.origin} ${one.expected}`, one.id]),
    );
  const ids = idsOf(configOfEntries(...entries));

  test("is its alias and a fingerprint, or what the config says", () => {
    expect([...ids.values()]).toEqual([
      expect.stringMatching(/^chat-[0-9a-f]{6}$/),
      expect.stringMatching(/^chat-[0-9a-f]{6}$/),
      expect.stringMatching(/^coder-[0-9a-f]{6}$/),
      expect.stringMatching(/^judge-[0-9a-f]{6}$/),
      "by-hand",
    ]);
    expect(new Set(ids.values()).size).toBe(entries.length);
  });

  test("is another one for each of ten thousand entries that say the same", () => {
    const same = Array.from({ length: 10_000 }, () => entry("chat"));
    const all = configOfEntries(...same).deployments.map(({ id }) => id);
    expect(new Set(all).size).toBe(10_000);
    expect(all.slice(1, 3)).toEqual([`${all[0]}-2`, `${all[0]}-3`]);
  });

  test("stays the same in whatever order the entries stand", () => {
    const shuffled = fc.shuffledSubarray(entries, { minLength: entries.length });
    fc.assert(
      fc.property(shuffled, (some) => {
        expect(idsOf(configOfEntries(...some))).toEqual(ids);
      }),
    );
  });

  test("stays the same when entries are added before it or taken away", () => {
    const added = idsOf(configOfEntries(entry("new", { api_base: "http://gpu-9" }), ...entries));
    for (const [key, id] of ids) expect(added.get(key)).toBe(id);
    const last = idsOf(configOfEntries(...entries.slice(2)));
    for (const [key, id] of last) expect(ids.get(key)).toBe(id);
  });

  test("does not change with weights, limits and timeouts", () => {
    const { id } = only({});
    expect(only({ rpm: 5, weight: 2, order: 1, timeout: 3, max_parallel_requests: 8 }).id).toBe(id);
  });

  test("differs between twins, and from one given by hand that looks like theirs", () => {
    const twins = configOfEntries(entry("chat"), entry("chat"), entry("chat")).deployments.map(
      ({ id }) => id,
    );
    expect(twins).toEqual([twins[0], `${twins[0]}-2`, `${twins[0]}-3`]);
    const taken = configOfEntries(entry("chat"), entry("other", {}, { id: twins[0] }));
    expect(taken.deployments.map(({ id }) => id)).toEqual([`${twins[0]}-2`, twins[0]]);
  });

  test("tells nothing of host, port, upstream name or key", () => {
    const { id } = only({
      model: "openai/secret-model",
      api_base: "http://secret-host:12345/secret-path/v1",
      api_key: "sk-secret",
      extra_headers: { "X-Team": "secret-team" },
    });
    expect(id).toMatch(/^chat-[0-9a-f]{6}$/);
    expect(id).not.toMatch(/secret|12345/);
  });
});

describe("the fingerprint of what is checked", () => {
  const { check } = only({ api_key: "os.environ/KEY", extra_headers: { "X-Team": "os.environ/TEAM" } });

  test.each<[string, Entry]>([
    ["host", { api_base: "http://gpu-2:8000/v1" }],
    ["port", { api_base: "http://gpu-1:8001/v1" }],
    ["scheme", { api_base: "https://gpu-1:8000/v1" }],
    ["path", { api_base: "http://gpu-1:8000/team-a/v1" }],
    ["expected name", { model: "openai/other" }],
    ["expected name's case", { model: "openai/Served" }],
    ["variable of the key", { api_key: "os.environ/OTHER_KEY" }],
    ["place of the key", { api_key: "file/KEY" }],
    ["key, where it is written out", { api_key: "sk-1" }],
    ["key, now missing", { api_key: "" }],
    ["header's variable", { extra_headers: { "X-Team": "os.environ/OTHER" } }],
    ["header's name", { extra_headers: { "X-Group": "os.environ/TEAM" } }],
    ["headers, one more", { extra_headers: { "X-Team": "os.environ/TEAM", "X-More": "1" } }],
  ])("changes with the %s", (_what, change) => {
    const params = { api_key: "os.environ/KEY", extra_headers: { "X-Team": "os.environ/TEAM" }, ...change };
    expect(only(params).check).not.toBe(check);
  });

  test("changes with a key that is written out", () => {
    expect(only({ api_key: "sk-1" }).check).not.toBe(only({ api_key: "sk-2" }).check);
  });

  test.each<[string, Entry]>([
    ["another spelling of the same address", { api_base: "HTTP://GPU-1:8000/" }],
    ["base_url in place of api_base", { api_base: undefined, base_url: "http://gpu-1:8000" }],
    ["another prefix for the same name", { model: "hosted_vllm/served" }],
    ["weights and limits", { rpm: 5, tpm: 6, weight: 7, order: 8, max_parallel_requests: 9 }],
    ["timeouts", { timeout: 5, stream_timeout: 6 }],
    ["the case of a header's name", { extra_headers: { "x-team": "os.environ/TEAM" } }],
  ])("does not change with %s", (_what, change) => {
    const params = { api_key: "os.environ/KEY", extra_headers: { "X-Team": "os.environ/TEAM" }, ...change };
    expect(only(params).check).toBe(check);
  });

  test("does not change with the order of the headers", () => {
    const one = only({ extra_headers: { "X-A": "1", "X-B": "2" } });
    const other = only({ extra_headers: { "X-B": "2", "X-A": "1" } });
    expect(other.check).toBe(one.check);
    // Whose value is whose does matter.
    expect(only({ extra_headers: { "X-A": "2", "X-B": "1" } }).check).not.toBe(one.check);
  });

  test("does not change with alias, id or mode", () => {
    const config = configOfEntries(entry("a"), entry("b", {}, { id: "x", mode: "embedding" }));
    expect(new Set(config.deployments.map((one) => one.check)).size).toBe(1);
  });

  test("does not change with the value of a variable", () => {
    const text = JSON.stringify({ model_list: [entry("chat", { api_key: "os.environ/KEY" })] });
    const checks = ["sk-1", "sk-2"].map((KEY) => configOf(text, { env: { KEY } }).deployments[0]?.check);
    expect(checks[0]).toBe(checks[1]);
  });
});

describe("a backend", () => {
  test("is one for all deployments with its address, key and headers", () => {
    const { deployments, backends } = configOfParams(
      { api_key: "os.environ/KEY" },
      { api_key: "os.environ/KEY", model: "openai/other", api_base: "http://gpu-1:8000/" },
      { api_key: "os.environ/OTHER" },
      { api_key: "os.environ/KEY", extra_headers: { "X-Team": "a" } },
    );
    expect(backends).toHaveLength(3);
    expect(deployments[0]?.backend).toBe(deployments[1]?.backend);
    expect(new Set(backends.map(({ id }) => id)).size).toBe(3);
  });

  test("has its headers by lower-case name, as references", () => {
    const { backend } = only({
      extra_headers: { "X-Team": "a", "X-Key": "os.environ/KEY", "X-File": "file/k" },
    });
    expect([...backend.headers]).toEqual([
      ["x-team", { from: "literal", value: "a" }],
      ["x-key", { from: "env", name: "KEY" }],
      ["x-file", { from: "file", path: "k" }],
    ]);
  });

  test("is reached at api_base before base_url, and at ollama's own address where neither is written", () => {
    expect(only({ base_url: "http://gpu-2" }).backend.base.hostname).toBe("gpu-1");
    expect(only({ model: "ollama/llama3", api_base: undefined }).backend.base.origin).toBe(
      "http://localhost:11434",
    );
  });
});

describe("parameters", () => {
  test("have defaults", () => {
    expect(only({})).toMatchObject({
      mode: "chat",
      order: 0,
      weight: 1,
      maxParallel: null,
      timeoutMs: 6_000_000,
      streamTimeoutMs: 120_000,
    });
  });

  test.each<[Entry, number]>([
    [{ weight: 2, rpm: 3, tpm: 4 }, 2],
    [{ weight: 0, rpm: 3 }, 0],
    [{ rpm: 3, tpm: 4 }, 1],
    [{ tpm: 4 }, 1],
  ])("%j weigh %d", (params, weight) => {
    expect(only(params).weight).toBe(weight);
  });

  test.each<[Entry, number]>([
    [{ weight: 2, rpm: 3, tpm: 4 }, 2],
    [{ rpm: 3, tpm: 4 }, 3],
    [{ tpm: 4 }, 4],
    [{ weight: 0, rpm: 3 }, 0],
    [{ rpm: "7" }, 7],
    [{}, 1],
  ])("under a written simple-shuffle %j weigh %d", (params, weight) => {
    const written = { model_list: [entry("chat", params)], router_settings: SHUFFLE };
    expect(configOf(JSON.stringify(written)).deployments[0]?.weight).toBe(weight);
  });

  test.each([
    ["timeout: 5", "", { timeoutMs: 5_000 }],
    ["", "router_settings: {timeout: 7}", { timeoutMs: 7_000 }],
    ["timeout: 5", "router_settings: {timeout: 7}", { timeoutMs: 5_000 }],
    ["", "litellm_settings: {request_timeout: 9}", { timeoutMs: 9_000 }],
    ["", "router_settings: {timeout: 7}, litellm_settings: {request_timeout: 9}", { timeoutMs: 7_000 }],
    ["stream_timeout: 1.5", "router_settings: {stream_timeout: 3}", { streamTimeoutMs: 1_500 }],
    ["", "router_settings: {stream_timeout: 3}", { streamTimeoutMs: 3_000 }],
    ["timeout: 5", "", { streamTimeoutMs: DEFAULTS.streamTimeoutMs }],
  ])("the nearest timeout holds: %j and %j give %j", (param, settings, timeouts) => {
    const flow = `{model_list: [{model_name: chat, litellm_params: {model: openai/m, api_base: "http://g", ${param}}}], ${settings}}`;
    expect(configOf(flow).deployments[0]).toMatchObject(timeouts);
  });

  test("order, mode and the limit on parallel requests are taken as written", () => {
    expect(only({ order: -1, max_parallel_requests: 8 }, { mode: "embedding" })).toMatchObject({
      order: -1,
      maxParallel: 8,
      mode: "embedding",
    });
  });
});

describe("entries that cannot be served", () => {
  const mixed = `model_list:
  - {model_name: all, litellm_params: {model: openai/*, api_base: "http://gpu-1"}}
  - {model_name: "*", litellm_params: {model: "*"}}
  - {model_name: cloud, litellm_params: {model: azure/gpt-4o, api_base: "https://x.example"}}
  - {model_name: other, litellm_params: {model: gpt-4o, custom_llm_provider: bedrock}}
  - {model_name: chat, litellm_params: {model: openai/served, api_base: "http://gpu-1"}}
`;

  test("are skipped with a warning each, and the rest is served", () => {
    const azure = "provider azure does not speak OpenAI's protocol to a server of yours";
    const bedrock = "provider bedrock does not speak OpenAI's protocol to a server of yours";
    expect(problemsOf(mixed)).toEqual([
      'config.yaml:2:40: warning: model_list[0].litellm_params.model: found "openai/*", whose * nothing in model_name stands for: the entry is left out',
      "config.yaml:3:23: warning: model_list[1].litellm_params: api_base is missing: Rollcall calls only servers that the config names, such as http://host:8000/v1: the entry is left out",
      `config.yaml:4:5: warning: model_list[2]: is skipped: ${azure}`,
      `config.yaml:5:5: warning: model_list[3]: is skipped: ${bedrock}`,
    ]);
    const config = configOf(mixed);
    expect([...config.skipped]).toEqual([
      ["all", "its entry in the config is at fault"],
      ["*", "its entry in the config is at fault"],
      ["cloud", azure],
      ["other", bedrock],
    ]);
    expect(config.deployments).toMatchObject([{ alias: "chat", index: 4 }]);
  });

  test("are an error where nothing else is there", () => {
    const text = "model_list:\n  - {model_name: cloud, litellm_params: {model: azure/gpt-4o}}\n";
    expect(problemsOf(text)).toEqual([
      "config.yaml:1:1: error: model_list: has no deployment that can be served: add an entry with model and api_base",
      `config.yaml:2:5: warning: model_list[0]: is skipped: provider azure does not speak OpenAI's protocol to a server of yours`,
    ]);
  });
});

test("a model without a prefix is served under its whole name, with a warning", () => {
  const text =
    'model_list: [{model_name: chat, litellm_params: {model: org/served, api_base: "http://gpu-1"}}]\n';
  expect(problemsOf(text)).toEqual([
    "config.yaml:1:50: warning: model_list[0].litellm_params.model: has no provider prefix, which LiteLLM refuses: taken as if openai/ stood before it",
  ]);
  expect(configOf(text).deployments[0]?.expected).toBe("org/served");
});

describe("the kind of a server", () => {
  const kinds = (...infos: readonly Entry[]) =>
    configOfEntries(
      ...infos.map((info, index) => entry(`a${index}`, { model: `openai/m${index}` }, info)),
    ).deployments.map(({ backend }) => backend.kind);

  test("is found out where no entry says it", () => {
    expect(kinds({}, {})).toEqual([null, null]);
  });

  test("is what one of its entries says, in whatever order", () => {
    expect(kinds({}, { kind: "sglang" }, {})).toEqual(["sglang", "sglang", "sglang"]);
  });

  test("does not change the ids", () => {
    expect(only({}, { kind: "vllm" }).id).toBe(only({}).id);
  });

  test("cannot be two", () => {
    const text = JSON.stringify({
      model_list: [entry("a", {}, { kind: "vllm" }), entry("b", {}, { kind: "tei" })],
    });
    expect(problemsOf(text)).toEqual([
      expect.stringContaining(
        "model_list[1].model_info.kind: found tei, but an earlier entry for the same server says vllm: give both the same kind",
      ),
    ]);
  });
});

test("one is disabled where its entry says so, and is checked as before", () => {
  const written = [{}, { disabled: true }, { disabled: false }];
  const { deployments } = configOf(
    JSON.stringify({ model_list: written.map((info) => entry("a", {}, info)) }),
  );
  expect(deployments.map(({ disabled }) => disabled)).toEqual([false, true, false]);
  expect(new Set(deployments.map(({ check }) => check)).size).toBe(1);
});

test("the canary is off, or on for all, or as the entry says", () => {
  const canaries = (rollcall: Entry, ...infos: readonly Entry[]) =>
    configOf(
      JSON.stringify({ model_list: infos.map((info, index) => entry(`a${index}`, {}, info)), rollcall }),
    ).deployments.map(({ canary }) => canary);
  expect(canaries({}, {}, { canary: true })).toEqual([false, true]);
  expect(canaries({ prober: { canary: true } }, {}, { canary: false })).toEqual([true, false]);
});
