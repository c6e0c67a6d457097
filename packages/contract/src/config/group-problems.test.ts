import { expect, test } from "vitest";
import { ONE, read } from "../../test/configs.ts";
import { groupProblems, printGroup, printLines } from "./group-problems.ts";
import { warning } from "./problem.ts";

const said = (text: string) => groupProblems(read(text).problems).map(printGroup);

test("the same of the same setting of several entries is said once, with all lines", () => {
  const entry = (name: string) => `  - model_name: ${name}
    litellm_params: {model: openai/m, api_base: "http://gpu-1", itpm: 12345, tmeout: 5}
`;
  expect(said(`${ONE}${entry("a")}${entry("b")}${entry("c")}`)).toEqual([
    "config.yaml:7:65: warning: model_list[1].litellm_params.itpm: is a LiteLLM setting that has no effect here (and on lines 9, 11)",
    'config.yaml:7:78: warning: model_list[1].litellm_params.tmeout: unknown key, no effect: did you mean "timeout"? (and on lines 9, 11)',
  ]);
});

test("the same of another setting is another complaint", () => {
  expect(said(`${ONE}litellm_settings: {cache: true}\nrouter_settings: {redis_host: a}\n`)).toHaveLength(2);
});

test("another file is named, and a line that says it twice once", () => {
  const at = (file: string, line: number) => ({
    ...warning(["model_list", line, "rpm"], "no"),
    at: { file, line, column: 1 },
  });
  const groups = groupProblems([at("a.yaml", 1), at("a.yaml", 2), at("a.yaml", 2), at("b.yaml", 7)]);
  expect(groups.map(printGroup)).toEqual([
    "a.yaml:1:1: warning: model_list[1].rpm: no (and on lines 2, b.yaml:7)",
  ]);
});

test.each([
  [3, "lines 1, 2, 3"],
  [2, "lines 1, 2 and 1 more"],
])("of three lines at most %d are named: %s", (most, text) => {
  const places = [1, 2, 3].map((line) => ({ file: "a.yaml", line, column: 1 }));
  expect(printLines("a.yaml", places, most)).toBe(text);
});
