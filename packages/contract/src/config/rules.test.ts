import { describe, expect, test } from "vitest";
import { configOf, ONE, problemsOf } from "../../test/configs.ts";
import { OTHER_STRATEGIES, STRATEGIES } from "./known-keys.ts";

describe("keys without an effect are named, and the config is used", () => {
  test.each([
    [
      "unknown at the root, with the one probably meant",
      `${ONE}modle_list: []\n`,
      ['config.yaml:6:1: warning: modle_list: unknown key, no effect: did you mean "model_list"?'],
    ],
    [
      "unknown at the root, with nothing like it",
      `${ONE}x-anchors: {}\n`,
      ["config.yaml:6:1: warning: x-anchors: unknown key, no effect"],
    ],
    [
      "__proto__ at the root",
      `${ONE}__proto__: {model_list: []}\n`,
      ["config.yaml:6:1: warning: __proto__: unknown key, no effect"],
    ],
    [
      "unknown in every section of LiteLLM's",
      `${ONE}litellm_settings: {drop_parms: true}
router_settings:
  num_retry: 2
general_settings:
  masterkey: x
`,
      [
        'config.yaml:6:20: warning: litellm_settings.drop_parms: unknown key, no effect: did you mean "drop_params"?',
        'config.yaml:8:3: warning: router_settings.num_retry: unknown key, no effect: did you mean "num_retries"?',
        'config.yaml:10:3: warning: general_settings.masterkey: unknown key, no effect: did you mean "master_key"?',
      ],
    ],
    [
      "unknown in an entry and in its parameters",
      `${ONE}      api_bse: http://gpu-2\n    model_inf: {}\n`,
      [
        'config.yaml:6:7: warning: model_list[0].litellm_params.api_bse: unknown key, no effect: did you mean "api_base"?',
        'config.yaml:7:5: warning: model_list[0].model_inf: unknown key, no effect: did you mean "model_info"?',
      ],
    ],
    [
      "LiteLLM's, but not used here",
      `${ONE}      itpm: 2
      tag_regex: [a]
litellm_settings: {callbacks: [prometheus, s3]}
router_settings: {retry_policy: {}}
general_settings: {database_url: os.environ/DATABASE_URL}
guardrails: []
`,
      [
        "config.yaml:6:7: warning: model_list[0].litellm_params.itpm: is a LiteLLM setting that has no effect here",
        "config.yaml:7:7: warning: model_list[0].litellm_params.tag_regex: has no effect here: the header User-Agent chooses no deployment, tags do",
        'config.yaml:8:20: warning: litellm_settings.callbacks: "s3" has no effect here: otel and langfuse send spans, metrics are on /metrics in any case, a log line for each request with rollcall.gateway.access_log',
        "config.yaml:9:19: warning: router_settings.retry_policy: is a LiteLLM setting that has no effect here",
        "config.yaml:10:20: warning: general_settings.database_url: has no effect here yet: rollcall.keys: true keeps virtual keys, in SQLite",
        "config.yaml:11:1: warning: guardrails: has no effect here: prompts and answers pass as they are, so what has to be looked at must be before or behind the gateway",
      ],
    ],
    [
      "parameters beside litellm_params",
      `${ONE}    rpm: 5\n    tpm: 6\n`,
      [
        "config.yaml:6:5: warning: model_list[0].rpm: belongs under litellm_params; where it stands it has no effect (in LiteLLM neither)",
        "config.yaml:7:5: warning: model_list[0].tpm: belongs under litellm_params; where it stands it has no effect (in LiteLLM neither)",
      ],
    ],
    [
      "parameters in model_info",
      `${ONE}    model_info: {rpm: 5, weight: 3, mode: chat}\n`,
      [
        "config.yaml:6:18: warning: model_list[0].model_info.rpm: belongs under litellm_params; in model_info it has no effect",
        "config.yaml:6:26: warning: model_list[0].model_info.weight: belongs under litellm_params; in model_info it has no effect",
      ],
    ],
    [
      "several of a family, of which one is explained",
      `${ONE}litellm_settings: {cache: true, cache_params: {}}\nrouter_settings: {cache_responses: true}\n`,
      [
        "config.yaml:6:20: warning: litellm_settings.cache: has no effect here: answers are not cached; routing_strategy prefix-affinity keeps conversations where their prompt is",
        "config.yaml:6:33: warning: litellm_settings.cache_params: has no effect here, as cache has none",
        "config.yaml:7:19: warning: router_settings.cache_responses: has no effect here, as cache has none",
      ],
    ],
  ])("%s", (_about, text, says) => {
    // The one variable of these texts stands in a key that is not used.
    const given = { env: { DATABASE_URL: "postgres://db" } };
    expect(problemsOf(text, given)).toEqual(says);
    expect(configOf(text, given).deployments[0]?.weight).toBe(1);
  });

  test("model_info may say whatever it likes", () => {
    expect(problemsOf(`${ONE}    model_info: {max_tokens: 5, colour: blue}\n`)).toEqual([]);
  });
});

describe("fallbacks", () => {
  test.each([
    ["to another alias", "router_settings: {fallbacks: [{chat: [chat]}]}"],
    ["from every alias", 'router_settings: {fallbacks: [{"*": [chat]}]}'],
    [
      "from and to group aliases",
      "router_settings: {fallbacks: [{gpt: [gpt]}], model_group_alias: {gpt: chat}}",
    ],
    ["to none", "litellm_settings: {fallbacks: [{chat: []}]}"],
    ["from long prompts", "router_settings: {context_window_fallbacks: [{chat: [chat]}]}"],
    ["from aliases that have none", "litellm_settings: {default_fallbacks: [chat]}"],
  ])("may lead %s", (_about, settings) => {
    expect(problemsOf(`${ONE}${settings}\n`)).toEqual([]);
  });

  test("may lead to an alias that is skipped", () => {
    const text = `${ONE}  - {model_name: cloud, litellm_params: {model: azure/x}}
router_settings: {fallbacks: [{chat: [cloud]}]}
`;
    expect(configOf(text).fallbacks).toEqual(new Map([["chat", ["cloud"]]]));
  });
});

test.each([
  ["context_window_fallbacks: [{caht2: [chat]}]", "context_window_fallbacks[0].caht2", "caht2"],
  ["context_window_fallbacks: [{chat: [coder]}]", "context_window_fallbacks[0].chat[0]", "coder"],
  ["default_fallbacks: [chat, coder]", "default_fallbacks[1]", "coder"],
])("%s leads nowhere", (written, path, name) => {
  for (const section of ["litellm_settings", "router_settings"]) {
    expect(problemsOf(`${ONE}${section}: {${written}}\n`)).toEqual([
      expect.stringContaining(`error: ${section}.${path}: "${name}" is not a model_name in model_list`),
    ]);
  }
});

test("a group alias that is a model_name as well loses to it, with a warning", () => {
  const text = `${ONE}router_settings: {model_group_alias: {chat: chat}}\n`;
  expect(problemsOf(text)).toEqual([
    "config.yaml:6:39: warning: router_settings.model_group_alias.chat: is a model_name in model_list too: the deployments of that name win",
  ]);
});

describe("the routing strategy", () => {
  test.each(STRATEGIES)("%s is used as it is", (strategy) => {
    const text = `${ONE}router_settings: {routing_strategy: ${strategy}}\n`;
    expect(problemsOf(text)).toEqual([]);
    expect(configOf(text).strategy).toBe(strategy);
  });

  test.each(OTHER_STRATEGIES)("%s gives way to two random choices, with a warning", (strategy) => {
    const text = `${ONE}router_settings: {routing_strategy: ${strategy}}\n`;
    expect(problemsOf(text)).toEqual([
      `config.yaml:6:19: warning: router_settings.routing_strategy: ${strategy} is not implemented: two random choices over requests under way are used instead`,
    ]);
    expect(configOf(text).strategy).toBe("two-choices");
  });
});

test("a reference to a variable in the list of included files is warned of", () => {
  expect(problemsOf(`${ONE}include: [os.environ/MORE]\n`)).toEqual([
    "config.yaml:6:11: warning: include[0]: os.environ/ is not resolved in a list (in LiteLLM neither)",
  ]);
});

describe("a master key", () => {
  test.each(["a b", "schlüssel", "   "])("that no client can send is refused: %j", (key) => {
    expect(problemsOf(`${ONE}general_settings: {master_key: ${JSON.stringify(key)}}\n`)).toEqual([
      "config.yaml:6:20: error: general_settings.master_key: cannot be sent in a header: use printable ASCII characters without spaces",
    ]);
  });

  test.each(["sk-1234", "a/b+c=~!", "os.environ/SOME KEY"])("may be %j", (key) => {
    expect(problemsOf(`${ONE}general_settings: {master_key: ${JSON.stringify(key)}}\n`)).toEqual([]);
  });
});

describe("a header of its own for keys", () => {
  const withHeader = (name: string) =>
    `${ONE}general_settings: {litellm_key_header_name: ${JSON.stringify(name)}}\n`;

  test.each(["X-Litellm-Key", "x-corp-token", "authorization"])("may be %s", (name) => {
    expect(problemsOf(withHeader(name))).toEqual([]);
    expect(configOf(withHeader(name)).keyHeader).toBe(name.toLowerCase());
  });

  test.each([
    ["x key", "cannot bring a key: not a valid header name, or one that belongs to the connection"],
    ["Host", "cannot bring a key: not a valid header name, or one that belongs to the connection"],
    ["X-Session-Id", "goes on to backends, and the key would with it: choose another, such as X-Litellm-Key"],
    ["x-request-id", "goes on to backends, and the key would with it: choose another, such as X-Litellm-Key"],
  ])("may not be %s", (name, message) => {
    expect(problemsOf(withHeader(name))).toEqual([
      `config.yaml:6:20: error: general_settings.litellm_key_header_name: ${message}`,
    ]);
  });

  test("is none unless the config says one", () => {
    expect(configOf(ONE).keyHeader).toBe(null);
  });
});

describe("a key that is a variable as shells have it", () => {
  test.each(["${KEY}", "$KEY", "${KEY:-sk-1234}"])("%s is refused, for nobody fills it in", (key) => {
    expect(problemsOf(`${ONE}general_settings: {master_key: "${key}"}\n`)).toEqual([
      "config.yaml:6:20: error: general_settings.master_key: is a variable that nothing fills in here: write os.environ/KEY",
    ]);
    expect(problemsOf(`${ONE}      api_key: "${key}"\n`)).toEqual([
      "config.yaml:6:7: error: model_list[0].litellm_params.api_key: is a variable that nothing fills in here: write os.environ/KEY",
    ]);
  });

  test.each(["sk-$1234", "a${b}", "$", "$a$"])("%s is none", (key) => {
    expect(problemsOf(`${ONE}general_settings: {master_key: "${key}"}\n`)).toEqual([]);
  });
});

test("a wildcard has the names that fallbacks and group aliases point to", () => {
  const text = `${ONE}  - {model_name: "gpt-*", litellm_params: {model: "openai/gpt-*", api_base: "http://gpu-2"}}
router_settings:
  fallbacks: [{chat: [gpt-4o]}, {gpt-4: [chat]}, {"gpt-*": [chat]}, {chat: [claude]}]
  model_group_alias: {fast: gpt-mini}
`;
  expect(problemsOf(text)).toEqual([
    'config.yaml:8:77: error: router_settings.fallbacks[3].chat[0]: "claude" is not a model_name in model_list',
  ]);
});
