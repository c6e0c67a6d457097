import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configOf, FILE, ONE, problemsOf, read } from "../../test/configs.ts";
import { namedFiles } from "./parse.ts";

const ARTICLE = `model_list:
  - model_name: default
    litellm_params: {model: openai/gpt-oss-120b, api_base: "http://llm-backend-01:8000/v1", api_key: os.environ/BACKEND_01_KEY}
  - model_name: coder
    litellm_params: {model: openai/qwen3-coder-30b, api_base: "http://llm-backend-02:8000/v1", api_key: os.environ/BACKEND_02_KEY}
litellm_settings: {drop_params: true, num_retries: 2}
general_settings: {master_key: os.environ/LITELLM_MASTER_KEY}
`;

describe("a config written for LiteLLM", () => {
  test("runs unchanged and without a complaint, with no variable set", () => {
    expect(read(ARTICLE).problems).toEqual([]);
    const config = configOf(ARTICLE);
    expect(config.deployments).toMatchObject([
      {
        alias: "default",
        expected: "gpt-oss-120b",
        mode: "chat",
        backend: {
          base: { origin: "http://llm-backend-01:8000", apiPath: "/v1", rootPath: "" },
          apiKey: { from: "env", name: "BACKEND_01_KEY" },
        },
      },
      {
        alias: "coder",
        expected: "qwen3-coder-30b",
        backend: {
          base: { origin: "http://llm-backend-02:8000", apiPath: "/v1", rootPath: "" },
          apiKey: { from: "env", name: "BACKEND_02_KEY" },
        },
      },
    ]);
    expect([...config.aliases.keys()]).toEqual(["default", "coder"]);
    expect(config.backends).toHaveLength(2);
    expect(config.numRetries).toBe(2);
    expect(config.masterKeys).toEqual([{ from: "env", name: "LITELLM_MASTER_KEY" }]);
    expect(config.skipped.size).toBe(0);
  });

  test("holds no secret, whatever the environment holds", () => {
    const env = { BACKEND_01_KEY: "sk-one", BACKEND_02_KEY: "sk-two", LITELLM_MASTER_KEY: "sk-master" };
    expect(JSON.stringify(configOf(ARTICLE, { env }))).not.toContain("sk-");
  });

  test("has the same checksum whatever its secrets are, and another when it says something else", () => {
    const { checksum } = configOf(ARTICLE);
    expect(configOf(ARTICLE, { env: { BACKEND_01_KEY: "sk-one" } }).checksum).toBe(checksum);
    expect(configOf(`# A comment\n${ARTICLE}`).checksum).toBe(checksum);
    expect(configOf(ARTICLE.replace("num_retries: 2", "num_retries: 3")).checksum).not.toBe(checksum);
  });

  test("has another checksum when a variable in it has another value", () => {
    const text = `${ONE}      rpm: os.environ/RPM\n`;
    const checksum = (RPM: string) => configOf(text, { env: { RPM } }).checksum;
    expect(checksum("5")).toBe(checksum("5"));
    expect(checksum("5")).not.toBe(checksum("6"));
  });
});

describe("environment_variables", () => {
  test("are seen by the other sections and win over the process's own", () => {
    const text = `environment_variables: {GPU_URL: "http://gpu-7:8000/v1"}
model_list:
  - model_name: chat
    litellm_params: {model: openai/served, api_base: os.environ/GPU_URL}
`;
    for (const env of [{}, { GPU_URL: "http://elsewhere" }]) {
      expect(configOf(text, { env }).backends[0]?.base.origin).toBe("http://gpu-7:8000");
    }
  });

  test("may refer to the process's own and to those written before them", () => {
    const text = `environment_variables:
  REGION: os.environ/HOST_REGION
  PLACE: os.environ/REGION
${ONE}      extra_headers: {X-Place: os.environ/PLACE}
rollcall: {state: {file: os.environ/PLACE}}
`;
    const config = configOf(text, { env: { HOST_REGION: "eu" } });
    expect(config.environment).toEqual({ REGION: "eu", PLACE: "eu" });
    expect(config.state.file).toBe("eu");
  });

  test("that refer to themselves are those of the process", () => {
    const text = `${ONE}environment_variables: {REGION: os.environ/REGION}\n`;
    expect(configOf(text, { env: { REGION: "eu" } }).environment).toEqual({ REGION: "eu" });
  });

  test("are text, also where a number, a flag or a date is written", () => {
    const text = `${ONE}environment_variables: {WORKERS: 4, DEBUG: true, API_VERSION: 2024-02-01, NOTHING: }\n`;
    expect(configOf(text).environment).toEqual({ WORKERS: "4", DEBUG: "true", API_VERSION: "2024-02-01" });
  });
});

describe("included files", () => {
  const more = {
    file: "a-more.yaml",
    text: `model_list:
  - model_name: coder
    litellm_params: {model: openai/coder, api_base: "http://gpu-2"}
  - model_name: judge
    litellm_params: {model: openai/judge, api_base: gpu-3}
general_settings: {master_key: os.environ/OTHER}
`,
  };

  test("add their deployments after those of the main file", () => {
    const good = { ...more, text: more.text.replace("gpu-3", "http://gpu-3") };
    const config = configOf(`${ONE}general_settings: {master_key: sk-main}\n`, { included: [good] });
    expect(config.deployments.map(({ alias }) => alias)).toEqual(["chat", "coder", "judge"]);
    expect(config.masterKeys).toEqual([{ from: "env", name: "OTHER" }]);
  });

  test("have their complaints at their own lines, after those of the main file", () => {
    const main = `${ONE}modle_list: []\n`;
    expect(problemsOf(main, { included: [more] })).toEqual([
      `${FILE}:6:1: warning: modle_list: unknown key, no effect: did you mean "model_list"?`,
      'a-more.yaml:5:43: warning: model_list[2].litellm_params.api_base: found "gpu-3", expected a URL such as http://host:8000/v1 (http:// or https:// is missing): the entry is left out',
    ]);
  });

  test.each([
    ["- chat\n", "1:1: error: a-more.yaml is not a map of keys such as model_list: and general_settings:"],
    [
      "a: [\n",
      "2:1: error: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    [
      "a: 1\nb: *nowhere\n",
      "1:1: error: not usable YAML: Unresolved alias (the anchor must be set before the alias): nowhere",
    ],
  ])("that hold %j are complained of by their own name", (text, says) => {
    expect(problemsOf(ONE, { included: [{ ...more, text }] })).toEqual([`a-more.yaml:${says}`]);
  });

  test("that say nothing at all are nothing to complain of", () => {
    expect(problemsOf(ONE, { included: [{ ...more, text: "" }] })).toEqual([]);
  });

  test.each([
    ["include: [a.yaml, b/c.yaml]", ["a.yaml", "b/c.yaml"]],
    ["include: [a.yaml, 5, null, {b: c}]", ["a.yaml"]],
    ["include: a.yaml", []],
    ["include: {a: b}", []],
    ["include:", []],
    ["model_list: []", []],
    ["include: [a.yaml", []],
    ["- include", []],
    ["include", []],
    ["", []],
    ["a: &a [*a]", []],
    [`"inc\\u006cude": [b.yaml]`, ["b.yaml"]],
    ["? include\n: [b.yaml]", ["b.yaml"]],
  ])("of %j are %j", (text, files) => {
    expect(namedFiles(text).includes).toEqual(files);
  });
});

describe("a text of any kind", () => {
  /** What should not be about the answer to a text; an exception is one of these things as well. */
  const odd = (text: string): string[] => {
    const { config, problems } = read(text);
    const errors = problems.filter(({ severity }) => severity === "error");
    const lines = text.split(/\r\n|\r|\n/).length;
    return [
      ...((config === null) === errors.length > 0 ? [] : ["a config beside errors, or neither"]),
      ...problems
        .filter(({ at }) => at.line < 1 || at.line > lines || at.column < 1)
        .map(({ at }) => `a place outside the text: ${at.line}:${at.column}`),
      ...problems
        .filter(({ message }) => /\n\s+at /.test(message))
        .map(({ message }) => `a stack: ${message}`),
    ];
  };
  test("gives a config or complaints within the text, and never an exception", () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(text, (some) => {
        expect(odd(some)).toEqual([]);
      }),
    );
  });

  test("gives the same for a good config with something cut out, put in or repeated", () => {
    const at = fc.nat({ max: ARTICLE.length });
    fc.assert(
      fc.property(
        at,
        at,
        fc.oneof(fc.string(), fc.constantFrom("\t", "- ", ": ", "*a", "&a", "<<: ", "!!set ")),
        (from, to, put) => {
          expect(odd(ARTICLE.slice(0, from) + put + ARTICLE.slice(to))).toEqual([]);
        },
      ),
    );
  });

  test("gives the same for the right keys with any values", () => {
    const keys =
      `model_list model_name litellm_params model api_base api_key timeout extra_headers model_info id
      router_settings fallbacks model_group_alias routing_strategy general_settings environment_variables include
      rollcall prober gateway state interval max_body on_stale __proto__ constructor 0`.split(/\s+/);
    const leaf = fc.oneof(
      fc.constantFrom(
        "openai/m",
        "http://gpu-1",
        "os.environ/toString",
        "__proto__",
        "",
        null,
        true,
        5,
        1e308,
      ),
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie("value"), { maxKeys: 6 }),
      ),
    }));
    const entry = fc.record(
      { model_name: leaf, litellm_params: fc.dictionary(fc.constantFrom(...keys), value), model_info: value },
      { requiredKeys: [] },
    );
    const config = fc.record(
      {
        model_list: fc.array(entry, { maxLength: 4 }),
        router_settings: value,
        rollcall: value,
        include: value,
      },
      { requiredKeys: ["model_list"] },
    );
    fc.assert(
      fc.property(fc.oneof(config, value), (written) => {
        expect(odd(JSON.stringify(written))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["nested lists", `a: ${"[".repeat(3_000)}${"]".repeat(3_000)}`],
    ["lists nested and never closed", "[".repeat(3_000)],
    ["nested flow maps", `${"{a: ".repeat(3_000)}1${"}".repeat(3_000)}`],
    ["nested block maps", Array.from({ length: 1_500 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
    ["nested block lists", `a:\n ${"- ".repeat(3_000)}`],
    ["NUL bytes", "a: \0\nb: \0\0\n"],
    ["a text of five million letters", `${ONE}x: ${"a".repeat(5_000_000)}\n`],
    ["two thousand anchors", Array.from({ length: 2_000 }, (_, i) => `a${i}: &a${i} x`).join("\n")],
  ])("gives the same for %s", (_about, text) => {
    expect(odd(text)).toEqual([]);
  });

  test("with five thousand wrong deployments is complained of five thousand times", () => {
    const entry = (index: number) =>
      `  - model_name: m${index}\n    litellm_params: {model: openai/served, api_base: gpu}\n`;
    const problems = problemsOf(`model_list:\n${Array.from({ length: 5_000 }, (_, i) => entry(i)).join("")}`);
    expect(problems).toHaveLength(5_000);
    expect(problems.at(-1)).toContain(`${FILE}:10001:44: error: model_list[4999].litellm_params.api_base:`);
  });
});
