import { describe, expect, test } from "vitest";
import { reportText } from "../../test/report-text.ts";
import { configOf, ONE, problemsOf } from "../../test/configs.ts";

const DEFAULTS = (params: string) => `${ONE}router_settings:\n  default_litellm_params: {${params}}\n`;
const withoutPlace = (text: string) => problemsOf(text).map((problem) => problem.replace(/^\S+ /, ""));

describe("what is said of an entry's changes to requests", () => {
  test.each<[string, string, readonly string[]]>([
    ["nothing of what is sent", `${ONE}      temperature: 0.2\n      extra_body: {a: 1}\n`, []],
    [
      "that a request's own fields are not replaced",
      `${ONE}      extra_body: {model: x, Stream: true, a: 1}\n`,
      [
        "warning: model_list[0].litellm_params.extra_body.model: is not sent: the request's own is",
        "warning: model_list[0].litellm_params.extra_body.Stream: is not sent: the request's own is",
      ],
    ],
    [
      "that they are not taken out, and what is no path",
      `${ONE}      additional_drop_params: [messages, "tools[x].y", seed]\n`,
      [
        "warning: model_list[0].litellm_params.additional_drop_params[0]: is never taken out of a request",
        'warning: model_list[0].litellm_params.additional_drop_params[1]: found "tools[x].y", which names no field: write temperature or tools[*].function.strict',
      ],
    ],
    [
      "what is to be sent and nobody here knows",
      `${ONE}      guided_grammar: root\n`,
      [
        "warning: model_list[0].litellm_params.guided_grammar: unknown key, no effect: what is to be sent with requests goes into extra_body",
      ],
    ],
    [
      "what holds for all entries, where it stands",
      DEFAULTS('itpm: 1, "headers": {"bad name": x}, api_key: "${KEY}", extra_body: {model: x}'),
      [
        "warning: router_settings.default_litellm_params.itpm: is a LiteLLM setting that has no effect here",
        "error: router_settings.default_litellm_params.headers.bad name: cannot be set: not a valid header name, or one that belongs to the connection",
        "error: router_settings.default_litellm_params.api_key: is a variable that nothing fills in here: write os.environ/KEY",
        "warning: router_settings.default_litellm_params.extra_body.model: is not sent: the request's own is",
      ],
    ],
    [
      "nothing of a variable that is not set, where nobody reads the setting",
      DEFAULTS("itpm: os.environ/ITPM"),
      ["warning: router_settings.default_litellm_params.itpm: is a LiteLLM setting that has no effect here"],
    ],
    [
      "that a variable is not set",
      DEFAULTS("temperature: os.environ/T"),
      [
        "error: router_settings.default_litellm_params.temperature: environment variable T is not set: set it, or write the value itself",
      ],
    ],
  ])("%s", (_what, text, says) => {
    expect(withoutPlace(text)).toEqual(says);
  });
});

const dropping = (more: string) => `model_list:
  - model_name: own
    litellm_params: {model: openai/a, api_base: "http://gpu-1"}
${more}litellm_settings: {drop_params: true}
`;

test.each<[string, string, string]>([
  ["one's own servers alone: honoured", "", "honoured model_name 2; litellm_params.model 3"],
  [
    "a service of others: it differs",
    '  - {model_name: theirs, litellm_params: {model: openai/gpt-4o, api_base: "https://api.openai.com/v1"}}\n',
    "differs 5 litellm_settings.drop_params: a service of others gets all parameters of a request",
  ],
])("drop_params with %s", (_case, more, line) => {
  expect(reportText(dropping(more), {}).some((one) => one.startsWith(line))).toBe(true);
  expect(reportText(dropping(more), {}).join().includes("differs")).toBe(line.startsWith("differs"));
});

describe("an entry", () => {
  test("that says nothing of requests changes nothing", () => {
    expect(configOf(ONE).deployments[0]?.request).toBeNull();
    expect(
      configOf(`${ONE}      drop_params: true\n      temperature:\n`).deployments[0]?.request,
    ).toBeNull();
  });

  test("takes numbers from the environment, and leaves texts in lists and keys in bodies as they are", () => {
    const text = `${ONE}      temperature: os.environ/T
      stop: [os.environ/T]
      extra_body: {api_key: os.environ/T, n: "1"}
`;
    const request = configOf(text, { env: { T: "0.5" } }).deployments[0]?.request;
    expect([...(request?.params ?? [])]).toEqual([
      ["temperature", 0.5],
      ["stop", ["os.environ/T"]],
    ]);
    expect([...(request?.extraBody ?? [])]).toEqual([
      ["api_key", "0.5"],
      ["n", "1"],
    ]);
  });

  test("is the same server for the prober, whatever it changes in requests, and another with other headers", () => {
    const [plain, changing, headed] = ["", "      temperature: 1\n", "      headers: {x-a: b}\n"].map(
      (more) => configOf(ONE + more).deployments[0]?.check,
    );
    expect(changing).toBe(plain);
    expect(headed).not.toBe(plain);
  });
});
