import { describe, expect, test } from "vitest";
import type { Environment } from "./environment.ts";
import { OTHER_STRATEGIES, STRATEGIES } from "./known-keys.ts";
import { withoutQuotes } from "./problem.ts";
import { CONFIG_SCHEMA } from "./written.ts";
import { ONE, problemsOf, read } from "../../test/configs.ts";

interface WrongConfig {
  /** What is wrong. */
  readonly about: string;
  readonly text: string;
  readonly env?: Environment;
  /** All that is said, in order. */
  readonly says: readonly string[];
}

const STRATEGY_NAMES = [...STRATEGIES, ...OTHER_STRATEGIES].join(", ");
const SECTIONS = Object.keys(CONFIG_SCHEMA.properties.rollcall.properties).join(", ");

/** One deployment whose `api_base`, on line 3, is what is given. */
const withBase = (base: string) => `model_list:
  - model_name: chat
    litellm_params: {model: openai/served, api_base: ${base}}
`;

const NOT_YAML: readonly WrongConfig[] = [
  {
    about: "a bracket never closed",
    text: `model_list: [
`,
    says: [
      "config.yaml:2:1: error: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
  },
  {
    about: "a quote never closed",
    text: `model_list: "chat
`,
    says: ['config.yaml:2:1: error: not valid YAML: Missing closing "quote'],
  },
  {
    about: "a tab as indentation",
    text: `model_list:
\t- model_name: chat
`,
    says: ["config.yaml:2:1: error: not valid YAML: Tabs are not allowed as indentation"],
  },
  {
    about: "a list item out of line",
    text: `model_list:
  - model_name: chat
   litellm_params: {}
`,
    says: ["config.yaml:3:1: error: not valid YAML: Sequence item without - indicator"],
  },
  {
    about: "a colon too many",
    text: `model_list: chat: more
`,
    says: ["config.yaml:1:13: error: not valid YAML: Nested mappings are not allowed in compact mappings"],
  },
  {
    about: "a value that begins with a reserved sign",
    text: `general_settings:
  master_key: @secret
`,
    says: ["config.yaml:2:15: error: not valid YAML: Plain value cannot start with reserved character @"],
  },
  {
    about: "the same key twice at the root",
    text: `${ONE}model_list: []
`,
    says: ["config.yaml:6:1: error: not valid YAML: Map keys must be unique"],
  },
  {
    about: "the same key twice in an entry",
    text: `model_list:
  - model_name: chat
    model_name: coder
`,
    says: ["config.yaml:3:5: error: not valid YAML: Map keys must be unique"],
  },
  {
    about: "the same key twice in a flow map",
    text: `${ONE}router_settings: {num_retries: 1, num_retries: 2}
`,
    says: ["config.yaml:6:35: error: not valid YAML: Map keys must be unique"],
  },
  {
    about: "two documents in one file",
    text: `${ONE}---
model_list: []
`,
    says: [
      "config.yaml:6:1: error: not valid YAML: a second document begins here: take out the line --- or keep one document a file",
    ],
  },
  {
    about: "an alias without an anchor",
    text: `${ONE}general_settings: *nowhere
`,
    says: [
      "config.yaml:1:1: error: not usable YAML: Unresolved alias (the anchor must be set before the alias): nowhere",
    ],
  },
  {
    about: "a merge of what is no map",
    text: `${ONE}<<: 5
`,
    says: ["config.yaml:1:1: error: not usable YAML: Merge sources must be maps or map aliases"],
  },
  {
    about: "aliases that unfold to millions of items",
    text: `a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
model_list: [*d, *d, *d, *d, *d, *d, *d, *d, *d]
`,
    says: [
      "config.yaml:1:1: error: not usable YAML: Excessive alias count indicates a resource exhaustion attack",
    ],
  },
  {
    about: "an alias that holds itself",
    text: `model_list: &all
  - model_name: chat
    litellm_params: *all
`,
    says: [
      "config.yaml:1:1: error: not usable YAML: nested deeper than 100 levels, or an alias that holds itself",
    ],
  },
  {
    about: "lists nested without end",
    text: `${ONE}x: ${"[".repeat(500)}${"]".repeat(500)}
`,
    says: [
      "config.yaml:1:1: error: not usable YAML: nested deeper than 100 levels, or an alias that holds itself",
    ],
  },
];

const NO_MAP: readonly WrongConfig[] = [
  {
    about: "a list",
    text: `- model_name: chat
`,
    says: [
      "config.yaml:1:1: error: config.yaml is not a map of keys such as model_list: and general_settings:",
    ],
  },
  {
    about: "a list after comments",
    text: `# Models

- model_name: chat
`,
    says: [
      "config.yaml:3:1: error: config.yaml is not a map of keys such as model_list: and general_settings:",
    ],
  },
  {
    about: "a word",
    text: `hello
`,
    says: [
      "config.yaml:1:1: error: config.yaml is not a map of keys such as model_list: and general_settings:",
    ],
  },
  {
    about: "a number",
    text: `5
`,
    says: [
      "config.yaml:1:1: error: config.yaml is not a map of keys such as model_list: and general_settings:",
    ],
  },
  { about: "nothing", text: "", says: ["config.yaml:1:1: error: model_list is missing"] },
  {
    about: "comments alone",
    text: `# model_list:
#   - model_name: chat
`,
    says: ["config.yaml:1:1: error: model_list is missing"],
  },
  {
    about: "null",
    text: `~
`,
    says: ["config.yaml:1:1: error: model_list is missing"],
  },
  {
    about: "a list under __proto__ alone",
    text: `__proto__:
  model_list: []
`,
    says: ["config.yaml:1:1: error: model_list is missing"],
  },
];

const MODEL_LIST: readonly WrongConfig[] = [
  {
    about: "missing",
    text: `general_settings: {}
`,
    says: ["config.yaml:1:1: error: model_list is missing"],
  },
  {
    about: "null",
    text: `model_list:
`,
    says: ["config.yaml:1:1: error: model_list is missing"],
  },
  {
    about: "a map",
    text: `model_list:
  chat: openai/served
`,
    says: ["config.yaml:1:1: error: model_list: found a map of keys, expected a list"],
  },
  {
    about: "a word",
    text: `model_list: chat
`,
    says: ['config.yaml:1:1: error: model_list: found "chat", expected a list'],
  },
  {
    about: "a set",
    text: `model_list: !!set {chat, coder}
`,
    says: ["config.yaml:1:1: error: model_list: found a map of keys, expected a list"],
  },
  {
    about: "empty",
    text: `general_settings: {}
model_list: []
`,
    says: [
      "config.yaml:2:1: error: model_list: has no deployment that can be served: add an entry with model and api_base",
    ],
  },
  {
    about: "with items that are no maps",
    text: `model_list:
  - chat
  - 5
  -
  - [model_name, chat]
`,
    says: [
      'config.yaml:2:5: error: model_list[0]: found "chat", expected a map of keys',
      "config.yaml:3:5: error: model_list[1]: found 5, expected a map of keys",
      "config.yaml:4:4: error: model_list[2]: found null, expected a map of keys",
      "config.yaml:5:5: error: model_list[3]: found a list, expected a map of keys",
    ],
  },
];

const ENTRY: readonly WrongConfig[] = [
  {
    about: "without a name",
    text: `model_list:
  - litellm_params: {model: openai/served, api_base: http://gpu-1}
`,
    says: ["config.yaml:2:5: error: model_list[0]: model_name is missing"],
  },
  {
    about: "with nothing behind model_name",
    text: `model_list:
  - model_name:
    litellm_params: {model: openai/served, api_base: http://gpu-1}
`,
    says: ["config.yaml:2:5: error: model_list[0]: model_name is missing"],
  },
  {
    about: "with nothing behind model",
    text: `model_list:
  - model_name: chat
    litellm_params: {model: null, api_base: http://gpu-1}
`,
    says: [
      'config.yaml:3:22: error: model_list[0].litellm_params.model: found null without quotes: if that is the name, write "null"',
    ],
  },
  {
    about: "with an empty name",
    text: `model_list:
  - model_name: ''
    litellm_params: {model: openai/served, api_base: http://gpu-1}
`,
    says: ["config.yaml:2:5: error: model_list[0].model_name: is empty"],
  },
  {
    about: "with a list as name",
    text: `model_list:
  - model_name: [chat]
    litellm_params: {model: openai/served, api_base: http://gpu-1}
`,
    says: ["config.yaml:2:5: error: model_list[0].model_name: found a list, expected text"],
  },
  {
    about: "without parameters",
    text: `model_list:
  - model_name: chat
`,
    says: ["config.yaml:2:5: error: model_list[0]: litellm_params is missing"],
  },
  {
    about: "with nothing behind litellm_params",
    text: `model_list:
  - model_name: chat
    litellm_params:
`,
    says: ["config.yaml:2:5: error: model_list[0]: litellm_params is missing"],
  },
  {
    about: "with a word as parameters",
    text: `model_list:
  - model_name: chat
    litellm_params: openai/served
`,
    says: [
      'config.yaml:3:5: error: model_list[0].litellm_params: found "openai/served", expected a map of keys',
    ],
  },
  {
    about: "without a model",
    text: `model_list:
  - model_name: chat
    litellm_params:
      api_base: http://gpu-1:8000/v1
`,
    says: ["config.yaml:3:5: error: model_list[0].litellm_params: model is missing"],
  },
  {
    about: "with an empty model",
    text: `model_list:
  - model_name: chat
    litellm_params: {model: '', api_base: http://gpu-1}
`,
    says: ["config.yaml:3:22: error: model_list[0].litellm_params.model: is empty"],
  },
  {
    about: "with a map as model",
    text: `model_list:
  - model_name: chat
    litellm_params: {model: {name: served}, api_base: http://gpu-1}
`,
    says: ["config.yaml:3:22: error: model_list[0].litellm_params.model: found a map of keys, expected text"],
  },
  {
    about: "with a prefix and no name behind it",
    text: `model_list:
  - model_name: chat
    litellm_params: {model: openai/, api_base: http://gpu-1}
`,
    says: [
      'config.yaml:3:22: error: model_list[0].litellm_params.model: found "openai/", expected a name after the prefix: openai/<served name>',
    ],
  },
  {
    about: "with a route and no name behind it",
    text: `model_list:
  - model_name: chat
    litellm_params: {model: openai/responses/, api_base: http://gpu-1}
`,
    says: [
      'config.yaml:3:22: error: model_list[0].litellm_params.model: found "openai/responses/", expected a name after the prefix: openai/<served name>',
    ],
  },
  {
    about: "with its parts under __proto__",
    text: `model_list:
  - __proto__: {model_name: chat}
    litellm_params: {model: openai/served, api_base: http://gpu-1}
`,
    says: ["config.yaml:2:5: error: model_list[0]: model_name is missing"],
  },
  {
    about: "with values of the wrong types and ranges",
    text: `model_list:
  - model_name: chat
    litellm_params:
      model: openai/served
      api_base: http://gpu-1:8000/v1
      api_key: {name: KEY}
      custom_llm_provider: [openai]
      timeout: soon
      stream_timeout: 0
      rpm: -1
      tpm: [5]
      weight: -0.5
      order: 1.5
      max_parallel_requests: 0
      extra_headers: [X-Team]
    model_info:
      id: ''
      mode: {chat: true}
`,
    says: [
      "config.yaml:6:7: error: model_list[0].litellm_params.api_key: found a map of keys, expected text",
      "config.yaml:7:7: error: model_list[0].litellm_params.custom_llm_provider: found a list, expected text",
      'config.yaml:8:7: error: model_list[0].litellm_params.timeout: found "soon", expected a number',
      "config.yaml:9:7: error: model_list[0].litellm_params.stream_timeout: found 0, which must be > 0",
      "config.yaml:10:7: error: model_list[0].litellm_params.rpm: found -1, which must be >= 0",
      "config.yaml:11:7: error: model_list[0].litellm_params.tpm: found a list, expected a number",
      "config.yaml:12:7: error: model_list[0].litellm_params.weight: found -0.5, which must be >= 0",
      "config.yaml:13:7: error: model_list[0].litellm_params.order: found 1.5, expected a whole number",
      "config.yaml:14:7: error: model_list[0].litellm_params.max_parallel_requests: found 0, which must be >= 1",
      "config.yaml:15:7: error: model_list[0].litellm_params.extra_headers: found a list, expected a map of keys",
      "config.yaml:17:7: error: model_list[0].model_info.id: is empty",
      "config.yaml:18:7: error: model_list[0].model_info.mode: found a map of keys, expected text",
    ],
  },
  {
    about: "with a header that is a list",
    text: `model_list:
  - model_name: chat
    litellm_params:
      model: openai/served
      api_base: http://gpu-1
      extra_headers:
        X-Team: [a]
        X-Number: 5
`,
    says: [
      "config.yaml:7:9: error: model_list[0].litellm_params.extra_headers.X-Team: found a list, expected text",
    ],
  },
  {
    about: "with a word as model_info",
    text: `${ONE}    model_info: chat
`,
    says: ['config.yaml:6:5: error: model_list[0].model_info: found "chat", expected a map of keys'],
  },
];

const API_BASE: readonly WrongConfig[] = [
  {
    about: "missing",
    text: `model_list:
  - model_name: chat
    litellm_params: {model: openai/served}
`,
    says: [
      "config.yaml:3:5: error: model_list[0].litellm_params: api_base is missing: Rollcall calls only servers that the config names, such as http://host:8000/v1 (or that the variable OPENAI_BASE_URL names)",
    ],
  },
  {
    about: "null",
    text: `model_list:
  - model_name: chat
    litellm_params: {model: openai/served, api_base: }
`,
    says: [
      "config.yaml:3:5: error: model_list[0].litellm_params: api_base is missing: Rollcall calls only servers that the config names, such as http://host:8000/v1 (or that the variable OPENAI_BASE_URL names)",
    ],
  },
  {
    about: "empty",
    text: withBase("''"),
    says: [
      'config.yaml:3:44: error: model_list[0].litellm_params.api_base: found "", expected a URL such as http://host:8000/v1 (http:// or https:// is missing)',
    ],
  },
  {
    about: "a number",
    text: withBase("8000"),
    says: [
      'config.yaml:3:44: error: model_list[0].litellm_params.api_base: found "8000", expected a URL such as http://host:8000/v1 (http:// or https:// is missing)',
    ],
  },
  {
    about: "without a scheme",
    text: withBase("gpu-1:8000/v1"),
    says: [
      'config.yaml:3:44: error: model_list[0].litellm_params.api_base: found "gpu-1:8000/v1", expected a URL such as http://host:8000/v1 (http:// or https:// is missing)',
    ],
  },
  {
    about: "without a host",
    text: withBase("http://"),
    says: [
      'config.yaml:3:44: error: model_list[0].litellm_params.api_base: found "http://", which is not a URL; expected something like http://host:8000/v1',
    ],
  },
  {
    about: "with a port that cannot be",
    text: withBase("http://gpu-1:99999/v1"),
    says: [
      'config.yaml:3:44: error: model_list[0].litellm_params.api_base: found "http://gpu-1:99999/v1", which is not a URL; expected something like http://host:8000/v1',
    ],
  },
  {
    about: "ftp",
    text: withBase("ftp://gpu-1/v1"),
    says: [
      'config.yaml:3:44: error: model_list[0].litellm_params.api_base: found the scheme "ftp", expected http or https',
    ],
  },
  {
    about: "with a user and a password",
    text: withBase("http://user:hunter2@gpu-1/v1"),
    says: [
      "config.yaml:3:44: error: model_list[0].litellm_params.api_base: has a user name or password in the URL: put the key into api_key, or a header into extra_headers",
    ],
  },
  {
    about: "with a user alone",
    text: withBase("https://user@gpu-1/v1"),
    says: [
      "config.yaml:3:44: error: model_list[0].litellm_params.api_base: has a user name or password in the URL: put the key into api_key, or a header into extra_headers",
    ],
  },
  {
    about: "with a password and no scheme",
    text: withBase("user:hunter2@gpu-1:8000/v1"),
    says: [
      'config.yaml:3:44: error: model_list[0].litellm_params.api_base: found "***@gpu-1:8000/v1", expected a URL such as http://host:8000/v1 (http:// or https:// is missing)',
    ],
  },
  {
    about: "with a password and a port that cannot be",
    text: withBase("http://user:hunter2@gpu-1:99999/v1"),
    says: [
      'config.yaml:3:44: error: model_list[0].litellm_params.api_base: found "http://***@gpu-1:99999/v1", which is not a URL; expected something like http://host:8000/v1',
    ],
  },
  {
    about: "with a query",
    text: withBase("http://gpu-1/v1?key=1"),
    says: [
      "config.yaml:3:44: error: model_list[0].litellm_params.api_base: has a query or fragment: leave only scheme, host, port and path",
    ],
  },
  {
    about: "with a fragment",
    text: withBase('"http://gpu-1/v1#top"'),
    says: [
      "config.yaml:3:44: error: model_list[0].litellm_params.api_base: has a query or fragment: leave only scheme, host, port and path",
    ],
  },
  {
    about: "very long",
    text: withBase(`"http://[${"x".repeat(200)}"`),
    says: [
      'config.yaml:3:44: error: model_list[0].litellm_params.api_base: found "http://[xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...", which is not a URL; expected something like http://host:8000/v1',
    ],
  },
  {
    about: "written as base_url",
    text: `model_list:
  - model_name: chat
    litellm_params: {model: openai/served, base_url: gpu-1}
`,
    says: [
      'config.yaml:3:44: error: model_list[0].litellm_params.base_url: found "gpu-1", expected a URL such as http://host:8000/v1 (http:// or https:// is missing)',
    ],
  },
  {
    about: "wrong in a map that an alias repeats",
    text: `x-defaults: &defaults
  model: openai/served
  api_base: gpu-1
model_list:
  - model_name: chat
    litellm_params: *defaults
  - model_name: coder
    litellm_params:
      <<: *defaults
      model: openai/coder
`,
    says: [
      "config.yaml:1:1: warning: x-defaults: unknown key, no effect",
      'config.yaml:6:5: error: model_list[0].litellm_params.api_base: found "gpu-1", expected a URL such as http://host:8000/v1 (http:// or https:// is missing)',
      'config.yaml:8:5: error: model_list[1].litellm_params.api_base: found "gpu-1", expected a URL such as http://host:8000/v1 (http:// or https:// is missing)',
    ],
  },
];

const VARIABLES: readonly WrongConfig[] = [
  {
    about: "not set, deep in a section",
    text: `${ONE}rollcall:
  prober:
    host: os.environ/PROBER_HOST
`,
    says: [
      "config.yaml:8:5: error: rollcall.prober.host: environment variable PROBER_HOST is not set: set it, or write the value itself",
    ],
  },
  {
    about: "set to what is no number",
    text: `${ONE}      rpm: os.environ/RPM
`,
    env: { RPM: "many" },
    says: ['config.yaml:6:7: error: model_list[0].litellm_params.rpm: found "many", expected a number'],
  },
  {
    about: "of the wrong type",
    text: `${ONE}environment_variables:
  REGION: [eu]
`,
    says: ["config.yaml:7:3: error: environment_variables.REGION: found a list, expected text"],
  },
  {
    about: "as text",
    text: `${ONE}environment_variables: REGION=eu
`,
    says: ['config.yaml:6:1: error: environment_variables: found "REGION=eu", expected a map of keys'],
  },
];

const SETTINGS: readonly WrongConfig[] = [
  {
    about: "sections that are no maps",
    text: `${ONE}litellm_settings: true
router_settings: [fallbacks]
general_settings: sk-1234
environment_variables: []
`,
    says: [
      "config.yaml:6:1: error: litellm_settings: found true, expected a map of keys",
      "config.yaml:7:1: error: router_settings: found a list, expected a map of keys",
      "config.yaml:8:1: error: general_settings: found a text, expected a map of keys",
      "config.yaml:9:1: error: environment_variables: found a list, expected a map of keys",
    ],
  },
  {
    about: "a key in place of the list of additional ones is not repeated",
    text: `${ONE}rollcall: {gateway: {additional_master_keys: sk-1234}}
`,
    says: ["config.yaml:6:22: error: rollcall.gateway.additional_master_keys: found a text, expected a list"],
  },
  {
    about: "nor are additional ones that nobody can send",
    text: `${ONE}rollcall: {gateway: {additional_master_keys: ["sk 1234", "", "schlüssel"]}}
`,
    says: [
      "config.yaml:6:47: error: rollcall.gateway.additional_master_keys[0]: cannot be sent in a header: use printable ASCII characters without spaces",
      "config.yaml:6:58: error: rollcall.gateway.additional_master_keys[1]: is empty",
      "config.yaml:6:62: error: rollcall.gateway.additional_master_keys[2]: cannot be sent in a header: use printable ASCII characters without spaces",
    ],
  },
  {
    about: "values of the wrong types and ranges",
    text: `${ONE}litellm_settings:
  num_retries: many
  drop_params: 7
  request_timeout: 0
router_settings:
  num_retries: -1
  timeout: .inf
  stream_timeout: never
  routing_strategy: [least-busy]
  model_group_alias: chat
general_settings:
  master_key: [sk-1234]
`,
    says: [
      'config.yaml:7:3: error: litellm_settings.num_retries: found "many", expected a whole number',
      "config.yaml:8:3: error: litellm_settings.drop_params: found 7, expected true or false",
      "config.yaml:9:3: error: litellm_settings.request_timeout: found 0, which must be > 0",
      "config.yaml:11:3: error: router_settings.num_retries: found -1, which must be >= 0",
      "config.yaml:12:3: error: router_settings.timeout: found Infinity, expected a number",
      'config.yaml:13:3: error: router_settings.stream_timeout: found "never", expected a number',
      "config.yaml:14:3: error: router_settings.routing_strategy: found a list, expected text",
      'config.yaml:15:3: error: router_settings.model_group_alias: found "chat", expected a map of keys',
      "config.yaml:17:3: error: general_settings.master_key: found a list, expected text",
    ],
  },
  {
    about: "fallbacks as a map",
    text: `${ONE}router_settings:
  fallbacks: {chat: [chat]}
`,
    says: ["config.yaml:7:3: error: router_settings.fallbacks: found a map of keys, expected a list"],
  },
  {
    about: "fallbacks with the wrong shapes inside",
    text: `${ONE}litellm_settings:
  fallbacks: [chat, {chat: coder}, {chat: [{model: coder}]}]
`,
    says: [
      'config.yaml:7:15: error: litellm_settings.fallbacks[0]: found "chat", expected a map of keys',
      'config.yaml:7:22: error: litellm_settings.fallbacks[1].chat: found "coder", expected a list',
      "config.yaml:7:44: error: litellm_settings.fallbacks[2].chat[0]: found a map of keys, expected text",
    ],
  },
  {
    about: "a fallback to a name that is not there",
    text: `${ONE}router_settings:
  fallbacks:
    - chat: [chatt, elsewhere]
`,
    says: [
      'config.yaml:8:14: error: router_settings.fallbacks[0].chat[0]: "chatt" is not a model_name in model_list: did you mean "chat"?',
      'config.yaml:8:21: error: router_settings.fallbacks[0].chat[1]: "elsewhere" is not a model_name in model_list',
    ],
  },
  {
    about: "a fallback from a name that is not there",
    text: `${ONE}litellm_settings:
  fallbacks:
    - Chat: [chat]
`,
    says: [
      'config.yaml:8:7: error: litellm_settings.fallbacks[0].Chat: "Chat" is not a model_name in model_list: did you mean "chat"?',
    ],
  },
  {
    about: "a group alias to a name that is not there",
    text: `${ONE}router_settings:
  model_group_alias:
    gpt-4: chta
    gpt-5: {model: nothing-like-it, hidden: true}
`,
    says: [
      'config.yaml:8:5: error: router_settings.model_group_alias.gpt-4: points to "chta", which is not a model_name in model_list',
      'config.yaml:9:5: error: router_settings.model_group_alias.gpt-5: points to "nothing-like-it", which is not a model_name in model_list',
    ],
  },
  {
    about: "a group alias with the wrong shape",
    text: `${ONE}router_settings:
  model_group_alias:
    gpt-4: {hidden: true}
    gpt-5: {model: chat, hidden: perhaps}
    gpt-6: [chat]
`,
    says: [
      "config.yaml:8:5: error: router_settings.model_group_alias.gpt-4: model is missing",
      'config.yaml:9:26: error: router_settings.model_group_alias.gpt-5.hidden: found "perhaps", expected true or false',
      "config.yaml:10:5: error: router_settings.model_group_alias.gpt-6: found a list, expected text or a map of keys",
    ],
  },
  {
    about: "a group alias to another group alias",
    text: `${ONE}router_settings:
  model_group_alias: {gpt-4: gpt-5, gpt-5: chat}
`,
    says: [
      'config.yaml:7:23: error: router_settings.model_group_alias.gpt-4: points to "gpt-5", which is not a model_name in model_list',
    ],
  },
  {
    about: "a strategy nobody knows",
    text: `${ONE}router_settings:
  routing_strategy: simple-shufle
`,
    says: [
      `config.yaml:7:3: error: router_settings.routing_strategy: found "simple-shufle", expected one of ${STRATEGY_NAMES}: did you mean "simple-shuffle"?`,
    ],
  },
  {
    about: "a strategy nothing is like",
    text: `${ONE}router_settings:
  routing_strategy: round-robin
`,
    says: [
      `config.yaml:7:3: error: router_settings.routing_strategy: found "round-robin", expected one of ${STRATEGY_NAMES}`,
    ],
  },
  {
    about: "include as text",
    text: `${ONE}include: more.yaml
`,
    says: ['config.yaml:6:1: error: include: found "more.yaml", expected a list'],
  },
  {
    about: "include as a map",
    text: `${ONE}include: {file: more.yaml}
`,
    says: ["config.yaml:6:1: error: include: found a map of keys, expected a list"],
  },
  {
    about: "include with an item that is no text",
    text: `${ONE}include: [{file: more.yaml}]
`,
    says: ["config.yaml:6:11: error: include[0]: found a map of keys, expected text"],
  },
];

const ROLLCALL: readonly WrongConfig[] = [
  {
    about: "no map",
    text: `${ONE}rollcall: true
`,
    says: ["config.yaml:6:1: error: rollcall: found true, expected a map of keys"],
  },
  {
    about: "sections that are no maps",
    text: `${ONE}rollcall:
  prober: 4001
  gateway: [4000]
  state: /run/rollcall.json
`,
    says: [
      "config.yaml:7:3: error: rollcall.prober: found 4001, expected a map of keys",
      "config.yaml:8:3: error: rollcall.gateway: found a list, expected a map of keys",
      'config.yaml:9:3: error: rollcall.state: found "/run/rollcall.json", expected a map of keys',
    ],
  },
  {
    about: "unknown keys at every level",
    text: `${ONE}rollcall:
  probe: {}
  prober: {intervall: 2s}
  gateway: {access_logs: true}
  state: {on_stail: keep}
  colour: blue
`,
    says: [
      'config.yaml:7:3: error: rollcall.probe: unknown key: did you mean "prober"?',
      'config.yaml:8:12: error: rollcall.prober.intervall: unknown key: did you mean "interval"?',
      'config.yaml:9:13: error: rollcall.gateway.access_logs: unknown key: did you mean "access_log"?',
      'config.yaml:10:11: error: rollcall.state.on_stail: unknown key: did you mean "on_stale"?',
      `config.yaml:11:3: error: rollcall.colour: unknown key, expected one of ${SECTIONS}`,
    ],
  },
  {
    about: "an unknown key that nothing is like",
    text: `${ONE}rollcall:
  state: {redis: localhost}
`,
    says: [
      "config.yaml:7:11: error: rollcall.state.redis: unknown key, expected one of file, probers, on_stale",
    ],
  },
  {
    about: "keys of every object's prototype",
    text: `${ONE}rollcall:
  __proto__: {}
  constructor: 5
  state: {toString: 1}
`,
    says: [
      `config.yaml:7:3: error: rollcall.__proto__: unknown key, expected one of ${SECTIONS}`,
      `config.yaml:8:3: error: rollcall.constructor: unknown key, expected one of ${SECTIONS}`,
      "config.yaml:9:11: error: rollcall.state.toString: unknown key, expected one of file, probers, on_stale",
    ],
  },
  {
    about: "a prober's address with a path, and one that is none",
    text: `${ONE}rollcall:
  state:
    probers: ["http://gpu-1:4001/state", gpu-2]
`,
    says: [
      'config.yaml:8:15: error: rollcall.state.probers[0]: found "http://gpu-1:4001/state", expected a prober\'s address such as http://host:4001',
      'config.yaml:8:42: error: rollcall.state.probers[1]: found "gpu-2", expected a prober\'s address such as http://host:4001',
    ],
  },
  {
    about: "a number of workers that is none",
    text: `${ONE}rollcall:
  gateway: {workers: many}
`,
    says: [
      'config.yaml:7:13: error: rollcall.gateway.workers: found "many", expected a whole number or auto',
    ],
  },
  {
    about: "a key of an earlier version",
    text: `${ONE}rollcall:
  gateway: {allow_unauthenticated: true}
`,
    says: ["config.yaml:7:13: error: rollcall.gateway.allow_unauthenticated: was renamed to keyless"],
  },
  {
    about: "that key in another section",
    text: `${ONE}rollcall:
  queue: {allow_unauthenticated: true}
`,
    says: [
      "config.yaml:7:11: error: rollcall.queue.allow_unauthenticated: unknown key, expected one of size, time",
    ],
  },
  {
    about: "values of the wrong types",
    text: `${ONE}rollcall:
  prober:
    host: [127.0.0.1]
    port: http
    interval: {seconds: 2}
    failures: two
    concurrency: 1.5
  gateway:
    host: {name: localhost}
    port: 4000.5
    max_body: [32MiB]
    access_log: 'yes'
    keyless: 2
  state:
    file: {path: state.json}
`,
    says: [
      "config.yaml:8:5: error: rollcall.prober.host: found a list, expected text",
      'config.yaml:9:5: error: rollcall.prober.port: found "http", expected a whole number',
      "config.yaml:10:5: error: rollcall.prober.interval: found a map of keys, expected text or a number",
      'config.yaml:11:5: error: rollcall.prober.failures: found "two", expected a whole number',
      "config.yaml:12:5: error: rollcall.prober.concurrency: found 1.5, expected a whole number",
      "config.yaml:14:5: error: rollcall.gateway.host: found a map of keys, expected text",
      "config.yaml:15:5: error: rollcall.gateway.port: found 4000.5, expected a whole number",
      "config.yaml:16:5: error: rollcall.gateway.max_body: found a list, expected text or a number",
      'config.yaml:17:5: error: rollcall.gateway.access_log: found "yes", expected true or false or a number',
      "config.yaml:18:5: error: rollcall.gateway.keyless: found 2, expected true or false",
      "config.yaml:20:5: error: rollcall.state.file: found a map of keys, expected text",
    ],
  },
  {
    about: "values out of range",
    text: `${ONE}rollcall:
  prober: {port: 65536, failures: 0, concurrency: -1}
  gateway: {port: -1, access_log: 1.5, explain_requests: -1}
`,
    says: [
      "config.yaml:7:12: error: rollcall.prober.port: found 65536, which must be <= 65535",
      "config.yaml:7:25: error: rollcall.prober.failures: found 0, which must be >= 1",
      "config.yaml:7:38: error: rollcall.prober.concurrency: found -1, which must be >= 1",
      "config.yaml:8:13: error: rollcall.gateway.port: found -1, which must be >= 0",
      "config.yaml:8:23: error: rollcall.gateway.access_log: found 1.5, which must be <= 1",
      "config.yaml:8:40: error: rollcall.gateway.explain_requests: found -1, which must be >= 0",
    ],
  },
  {
    about: "numbers that are none",
    text: `${ONE}rollcall:
  prober: {port: .nan, failures: .inf, concurrency: -.inf}
`,
    says: [
      "config.yaml:7:12: error: rollcall.prober.port: found NaN, expected a whole number",
      "config.yaml:7:24: error: rollcall.prober.failures: found Infinity, expected a whole number",
      "config.yaml:7:40: error: rollcall.prober.concurrency: found -Infinity, expected a whole number",
    ],
  },
  {
    about: "a word that is none of those allowed",
    text: `${ONE}rollcall:
  state: {on_stale: kep}
`,
    says: [
      'config.yaml:7:11: error: rollcall.state.on_stale: found "kep", expected one of keep, refuse: did you mean "keep"?',
    ],
  },
  {
    about: "a word that nothing is like",
    text: `${ONE}rollcall:
  state: {on_stale: open}
`,
    says: ['config.yaml:7:11: error: rollcall.state.on_stale: found "open", expected one of keep, refuse'],
  },
  {
    about: "durations that are none",
    text: `${ONE}rollcall:
  prober:
    interval: 2 sec
    not_ready_interval: -1
    timeout: ''
    load_time: 10M
  gateway:
    drain: 1h30m
`,
    says: [
      'config.yaml:8:5: error: rollcall.prober.interval: found "2 sec", expected a duration such as 500ms, 2s or 10m',
      "config.yaml:9:5: error: rollcall.prober.not_ready_interval: found -1, expected a duration such as 500ms, 2s or 10m",
      'config.yaml:10:5: error: rollcall.prober.timeout: found "", expected a duration such as 500ms, 2s or 10m',
      'config.yaml:11:5: error: rollcall.prober.load_time: found "10M", expected a duration such as 500ms, 2s or 10m',
      'config.yaml:13:5: error: rollcall.gateway.drain: found "1h30m", expected a duration such as 500ms, 2s or 10m',
    ],
  },
  {
    about: "durations too short for a loop",
    text: `${ONE}rollcall:
  prober: {interval: 9ms, not_ready_interval: 0, timeout: 0.001}
`,
    says: [
      'config.yaml:7:12: error: rollcall.prober.interval: found "9ms", expected at least 10 ms',
      "config.yaml:7:27: error: rollcall.prober.not_ready_interval: found 0, expected at least 10 ms",
      "config.yaml:7:50: error: rollcall.prober.timeout: found 0.001, expected at least 10 ms",
    ],
  },
  {
    about: "durations too long for a timer",
    text: `${ONE}rollcall:
  prober: {interval: 25d, load_time: 1.0e+300}
  gateway: {drain: ${"9".repeat(400)}d}
`,
    says: [
      'config.yaml:7:12: error: rollcall.prober.interval: found "25d", expected at most 24 d',
      "config.yaml:7:27: error: rollcall.prober.load_time: found 1e+300, expected at most 24 d",
      `config.yaml:8:13: error: rollcall.gateway.drain: found "${"9".repeat(400)}d", expected a duration such as 500ms, 2s or 10m`,
    ],
  },
  {
    about: "a size of an unknown unit",
    text: `${ONE}rollcall:
  gateway: {max_body: 5ib}
`,
    says: ['config.yaml:7:13: error: rollcall.gateway.max_body: found "5ib", expected a size such as 32MiB'],
  },
  {
    about: "a size of zero",
    text: `${ONE}rollcall:
  gateway: {max_body: '0'}
`,
    says: ['config.yaml:7:13: error: rollcall.gateway.max_body: found "0", expected a size such as 32MiB'],
  },
  {
    about: "a size that is no whole number of bytes",
    text: `${ONE}rollcall:
  gateway: {max_body: 0.5}
`,
    says: ["config.yaml:7:13: error: rollcall.gateway.max_body: found 0.5, expected a size such as 32MiB"],
  },
  {
    about: "a size with a sign",
    text: `${ONE}rollcall:
  gateway: {max_body: -1MiB}
`,
    says: [
      'config.yaml:7:13: error: rollcall.gateway.max_body: found "-1MiB", expected a size such as 32MiB',
    ],
  },
];

const SEVERAL: readonly WrongConfig[] = [
  {
    about: "each on its own line, under the index that was written",
    text: `model_list:
  - model_name: first
    litellm_params: {model: openai/served}
  - model_name: [second]
    litellm_params: {model: openai/served, api_base: "http://gpu-2"}
  - model_name: third
    litellm_params: {model: openai/served, api_base: gpu-3}
  - litellm_params: {model: openai/served, api_base: "http://gpu-4"}
  - model_name: fifth
    litellm_params: {model: openai/served, api_base: "http://gpu-5", timeout: soon, tmeout: 5}
    model_info: {id: same}
  - model_name: sixth
    litellm_params: {model: openai/served, api_base: "http://gpu-6"}
    model_info: {id: same}
router_settings:
  fallbacks: [{first: [third, sixht]}]
  num_retries: some
rollcall:
  prober: {interval: often, port: 99999}
`,
    says: [
      "config.yaml:3:5: error: model_list[0].litellm_params: api_base is missing: Rollcall calls only servers that the config names, such as http://host:8000/v1 (or that the variable OPENAI_BASE_URL names)",
      "config.yaml:4:5: error: model_list[1].model_name: found a list, expected text",
      'config.yaml:7:44: error: model_list[2].litellm_params.api_base: found "gpu-3", expected a URL such as http://host:8000/v1 (http:// or https:// is missing)',
      "config.yaml:8:5: error: model_list[3]: model_name is missing",
      'config.yaml:10:70: error: model_list[4].litellm_params.timeout: found "soon", expected a number',
      'config.yaml:10:85: warning: model_list[4].litellm_params.tmeout: unknown key, no effect: did you mean "timeout"?',
      'config.yaml:14:18: error: model_list[5].model_info.id: "same" is already the id of model_list[4]: ids must differ',
      'config.yaml:16:31: error: router_settings.fallbacks[0].first[1]: "sixht" is not a model_name in model_list',
      'config.yaml:17:3: error: router_settings.num_retries: found "some", expected a whole number',
      'config.yaml:19:12: error: rollcall.prober.interval: found "often", expected a duration such as 500ms, 2s or 10m',
      "config.yaml:19:29: error: rollcall.prober.port: found 99999, which must be <= 65535",
    ],
  },
  {
    about: "a wrong type, an unset variable, an unknown key and a rule",
    text: `model_list:
  - model_name: chat
    litellm_params: {model: openai/served, api_base: os.environ/GPU_URL}
  - model_name: coder
    litellm_params: {model: openai/, api_base: "http://gpu-2"}
    rpm: 5
litellm_settings: {numretries: 2, num_retries: x}
genral_settings: {}
rollcall: {gateway: {max_body: big}}
`,
    says: [
      "config.yaml:3:44: warning: model_list[0].litellm_params.api_base: environment variable GPU_URL is not set: the entry is left out until it is",
      'config.yaml:5:22: warning: model_list[1].litellm_params.model: found "openai/", expected a name after the prefix: openai/<served name>: the entry is left out',
      "config.yaml:6:5: warning: model_list[1].rpm: belongs under litellm_params; where it stands it has no effect (in LiteLLM neither)",
      'config.yaml:7:20: warning: litellm_settings.numretries: unknown key, no effect: did you mean "num_retries"?',
      'config.yaml:7:35: error: litellm_settings.num_retries: found "x", expected a whole number',
      'config.yaml:8:1: warning: genral_settings: unknown key, no effect: did you mean "general_settings"?',
      'config.yaml:9:22: error: rollcall.gateway.max_body: found "big", expected a size such as 32MiB',
    ],
  },
];

/** Nothing more than one entry: the others are served. */
const ENTRIES_AT_FAULT: readonly WrongConfig[] = [
  {
    about: "with an id that another has",
    text: `model_list:
  - model_name: chat
    litellm_params: {model: openai/served, api_base: "http://gpu-1"}
    model_info: {id: first}
  - model_name: chat
    litellm_params: {model: openai/served, api_base: "http://gpu-2"}
    model_info: {id: second}
  - model_name: chat
    litellm_params: {model: openai/served, api_base: "http://gpu-3"}
    model_info: {id: first}
`,
    says: [
      'config.yaml:10:18: warning: model_list[2].model_info.id: "first" is already the id of model_list[0]: ids must differ: the entry is left out',
    ],
  },
  {
    about: "without an address, and after it",
    text: `${ONE}  - model_name: cloud
    litellm_params: {model: gpt-4o}
  - model_name: coder
    litellm_params: {model: openai/b, api_base: gpu-2}
`,
    says: [
      "config.yaml:7:5: warning: model_list[1].litellm_params: api_base is missing: Rollcall calls only servers that the config names, such as http://host:8000/v1 (or that the variable OPENAI_BASE_URL names): the entry is left out",
      'config.yaml:9:39: warning: model_list[2].litellm_params.api_base: found "gpu-2", expected a URL such as http://host:8000/v1 (http:// or https:// is missing): the entry is left out',
    ],
  },
  {
    about: "that are no maps, or lack what they need",
    text: `${ONE}  - coder
  - model_name: judge
  - litellm_params: {model: openai/b, api_base: "http://gpu-2"}
router_settings: {fallbacks: [{chat: [judge]}]}
`,
    says: [
      'config.yaml:6:5: warning: model_list[1]: found "coder", expected a map of keys: the entry is left out',
      "config.yaml:7:5: warning: model_list[2]: litellm_params is missing: the entry is left out",
      "config.yaml:8:5: warning: model_list[3]: model_name is missing: the entry is left out",
    ],
  },
  {
    about: "with a parameter of the wrong type, and a header that cannot be",
    text: `${ONE}  - model_name: coder
    litellm_params: {model: openai/b, api_base: "http://gpu-2", timeout: soon}
  - model_name: judge
    litellm_params: {model: openai/b, api_base: "http://gpu-3", extra_headers: {Host: x}}
`,
    says: [
      'config.yaml:7:65: warning: model_list[1].litellm_params.timeout: found "soon", expected a number: the entry is left out',
      "config.yaml:9:81: warning: model_list[2].litellm_params.extra_headers.Host: cannot be set: not a valid header name, or one that belongs to the connection: the entry is left out",
    ],
  },
  {
    about: "with another kind or other TLS than one before it",
    text: `model_list:
  - model_name: chat
    litellm_params: {model: openai/a, api_base: "https://gpu-1"}
    model_info: {kind: vllm}
  - model_name: coder
    litellm_params: {model: openai/b, api_base: "https://gpu-1"}
    model_info: {kind: ollama}
  - model_name: judge
    litellm_params: {model: openai/c, api_base: "https://gpu-1", ssl_verify: false}
`,
    says: [
      "config.yaml:7:18: warning: model_list[1].model_info.kind: found ollama, but an earlier entry for the same server says vllm: give both the same kind: the entry is left out",
      "config.yaml:9:5: warning: model_list[2].litellm_params: an earlier entry for the same server has other TLS settings: give both the same: the entry is left out",
    ],
  },
  {
    about: "of services of others: no more is said of them",
    text: `${ONE}  - model_name: cloud
    litellm_params: {model: azure/gpt, api_base: os.environ/AZURE_API_BASE, vertex_location: eu}
  - model_name: other
    litellm_params: {model: moonshot/kimi, temperature: 1}
`,
    says: [
      `config.yaml:6:5: warning: model_list[1]: is skipped: provider azure does not speak OpenAI's protocol to a server of yours`,
      "config.yaml:8:5: warning: model_list[2]: is skipped: provider moonshot is a service of others, and the entry has no api_base of its own",
    ],
  },
  {
    about: "with credentials that are nowhere",
    text: `${ONE}  - model_name: coder
    litellm_params: {model: openai/b, litellm_credential_name: vlm, api_base: "http://gpu-2"}
credential_list: [{credential_name: vllm, credential_values: {api_key: k}}]
`,
    says: [
      'config.yaml:7:39: warning: model_list[1].litellm_params.litellm_credential_name: found "vlm", which is no credential_name in credential_list: did you mean "vllm"?: the entry is left out',
    ],
  },
];

test.each(ENTRIES_AT_FAULT.map((one) => [one.about, one] as const))(
  "an entry %s is left out alone",
  (_about, { text, env = {}, says }) => {
    expect(problemsOf(text, { env })).toEqual(says);
    expect(read(text, { env }).config?.aliases.has("chat")).toBe(true);
    const left = read(text, { env }).problems.map(({ meaning }) => meaning);
    expect(new Set(left)).toEqual(new Set(["left_out"]));
  },
);

describe.each([
  ["text that is not usable YAML", NOT_YAML],
  ["a root that is no map of sections", NO_MAP],
  ["a model_list", MODEL_LIST],
  ["an entry of model_list", ENTRY],
  ["an api_base", API_BASE],
  ["an environment variable", VARIABLES],
  ["a setting of LiteLLM's", SETTINGS],
  ["a setting under rollcall", ROLLCALL],
  ["several faults", SEVERAL],
] as const)("%s", (_kind, wrong) => {
  test.each(wrong.map((one) => [one.about, one] as const))(
    "%s is refused",
    (_about, { text, env = {}, says }) => {
      expect(problemsOf(text, { env })).toEqual(says);
      expect(read(text, { env }).config).toBeNull();
      // What was written stays out of logs: there it may be a host, a name or a key.
      const secrets = [
        ...text.matchAll(/\b(?:api_base|api_key|base_url|master_key): *['"]?([^,}\s'"]{8,})/g),
      ];
      for (const line of says.map(withoutQuotes)) {
        expect(line.replaceAll(/(?:did you mean )?"…"|did you mean "[^"]+"/g, "")).not.toContain('"');
        for (const [, value = ""] of secrets) expect(line).not.toContain(value);
      }
    },
  );
});
