import { expect, test, vi } from "vitest";
import { settleScalars } from "./settle-scalars.ts";
import { readSource } from "./source.ts";

function readText(text: string) {
  const source = readSource({ file: "config.yaml", text });
  return { ...source, value: settleScalars(source.value, {}).value };
}

test.each([
  ["answer: yes", { answer: true }],
  ["answer: off", { answer: false }],
  ["mode: 0755", { mode: 493 }],
  ["base: &b {a: 1}\nsum: {<<: *b, c: 2}", { base: { a: 1 }, sum: { a: 1, c: 2 } }],
])("%j is read by the rules of YAML 1.1, as LiteLLM reads it", (text, value) => {
  expect(readText(text).value).toEqual(value);
});

test.each(["2024-05-13", "2024-05-13T10:00:00Z"])("%s is text and no moment in time", (text) => {
  expect(readText(`version: ${text}`).value).toEqual({ version: text });
});

test.each(["\u{feff}a: 1\n", "a: 1\r\n", "a: 1", "---\na: 1\n...\n", "%YAML 1.2\n---\na: 1\n"])(
  "%j is a map of one key",
  (text) => {
    expect(readText(text)).toMatchObject({ value: { a: 1 }, problems: [] });
  },
);

test("a key that is itself a list is not printed to anybody's terminal", () => {
  const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  readText("? [secret, key]\n: 1\n");
  expect(emitWarning).not.toHaveBeenCalled();
  emitWarning.mockRestore();
});

test("the key __proto__ is a key like any other", () => {
  const { value } = readText("__proto__: {polluted: true}\na: 1\n");
  expect(Object.keys(value as object)).toEqual(["__proto__", "a"]);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});

const PLACES = `# A comment
model_list:
  - model_name: chat
    litellm_params: {model: openai/served, "api_base": 'http://gpu-1'}

  - model_name: coder
defaults: &d
  timeout: 5
merged:
  <<: *d
  1.0: number
whole: *d
`;

test.each([
  [[], 2, 1],
  [["model_list"], 2, 1],
  [["model_list", 0], 3, 5],
  [["model_list", 0, "model_name"], 3, 5],
  [["model_list", 0, "litellm_params", "model"], 4, 22],
  [["model_list", 0, "litellm_params", "api_base"], 4, 44],
  [["model_list", 1], 6, 5],
  [["merged", "1.0"], 11, 3],
  // What is not there is said of the nearest thing that is.
  [["model_list", 1, "litellm_params", "model"], 6, 5],
  [["model_list", 7], 2, 1],
  [["elsewhere"], 2, 1],
  [["model_list", "chat"], 2, 1],
  [["merged", "timeout"], 9, 1],
  [["whole", "timeout"], 12, 1],
] as const)("%j stands on line %i, column %i", (path, line, column) => {
  expect(readText(PLACES).locate(path)).toEqual({ file: "config.yaml", line, column });
});

test("a place is counted in lines that end in any way", () => {
  expect(readText("a: 1\r\nb: 2\r\n").locate(["b"])).toMatchObject({ line: 2, column: 1 });
});

test("an empty text has its one place at the beginning", () => {
  expect(readText("").locate(["model_list"])).toEqual({ file: "config.yaml", line: 1, column: 1 });
});

test("a hundred levels are enough, one more is refused", () => {
  const nested = (levels: number) => `a: ${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}`;
  expect(readText(nested(100)).problems).toEqual([]);
  expect(readText(nested(101)).problems).toHaveLength(1);
});
