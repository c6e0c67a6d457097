import { expect, test } from "vitest";
import { mergeSources } from "./merge.ts";
import { settleScalars } from "./settle-scalars.ts";
import { readSource } from "./source.ts";

const source = (file: string, text: string) => readSource({ file, text });

const MAIN = source(
  "main.yaml",
  `include: [a.yaml, b.yaml]
model_list:
  - {model_name: first}
  - {model_name: second}
general_settings:
  master_key: sk-main
router_settings: {num_retries: 1}
`,
);
const A = source(
  "a.yaml",
  `# From elsewhere
model_list:
  - {model_name: third}
general_settings: {alerting: []}
`,
);
const B = source("b.yaml", "model_list:\n  - {model_name: fourth}\nrouter_settings: [odd]\nx: 1\n");

const merged = mergeSources(MAIN, [A, B]);

test("lists are joined, and every other key is the last file's alone", () => {
  expect(settleScalars(merged.value, {}).value).toEqual({
    include: ["a.yaml", "b.yaml"],
    model_list: [
      { model_name: "first" },
      { model_name: "second" },
      { model_name: "third" },
      { model_name: "fourth" },
    ],
    general_settings: { alerting: [] },
    router_settings: ["odd"],
    x: 1,
  });
});

test.each([
  [["model_list"], "main.yaml", 2],
  [["model_list", 0, "model_name"], "main.yaml", 3],
  [["model_list", 1], "main.yaml", 4],
  [["model_list", 2, "model_name"], "a.yaml", 3],
  [["model_list", 3], "b.yaml", 2],
  [["general_settings", "alerting"], "a.yaml", 4],
  // The main file's is overwritten as a whole: what it had is nowhere.
  [["general_settings", "master_key"], "a.yaml", 4],
  [["router_settings", 0], "b.yaml", 3],
  [["include", 1], "main.yaml", 1],
  [["x"], "b.yaml", 4],
  [["nowhere"], "main.yaml", 1],
  [[], "main.yaml", 1],
] as const)("%j is found in %s on line %i", (path, file, line) => {
  expect(merged.locate(path)).toMatchObject({ file, line });
});

test("a list replaces what is none, and the other way round", () => {
  const list = source("list.yaml", "a: [1]\n");
  const word = source("word.yaml", "a: word\n");
  expect(mergeSources(list, [word]).value).toEqual({ a: "word" });
  expect(settleScalars(mergeSources(word, [list]).value, {}).value).toEqual({ a: [1] });
  expect(mergeSources(word, [list]).locate(["a", 0])).toMatchObject({ file: "list.yaml" });
});

test.each(["", "# nothing yet\n", "~\n"])("an included file that holds %j adds nothing", (text) => {
  expect(mergeSources(A, [source("empty.yaml", text)]).value).toEqual(A.value);
});

test("the key __proto__ changes nothing but itself", () => {
  const { value } = mergeSources(source("main.yaml", "__proto__: {model_list: []}\na: 1\n"), []);
  expect(Object.keys(value)).toEqual(["__proto__", "a"]);
  expect(value["model_list"]).toBeUndefined();
});
