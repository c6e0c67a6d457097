import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryDirectory } from "../test/temporary.ts";
import { loadConfig, readConfigFiles } from "./config-file.ts";
import { EXIT, StartError } from "./exit-codes.ts";
import { printFileError } from "./file-look.ts";

const OUTSIDE = { inContainer: false };

function files(contents: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory();
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), content);
  }
  return directory;
}

function failure(run: () => unknown): unknown {
  try {
    run();
  } catch (fault) {
    return fault;
  }
  return null;
}

const ENTRY = (alias: string, base = "http://gpu-1") =>
  `model_list: [{model_name: ${alias}, litellm_params: {model: openai/m, api_base: "${base}"}}]\n`;

describe("a config file with others included", () => {
  test("is read with them, by paths relative to it and in their order", () => {
    const directory = files({
      "config.yaml": `include: [more/b.yaml, a.yaml]\n${ENTRY("main")}`,
      "more/b.yaml": ENTRY("b"),
      "a.yaml": ENTRY("a"),
    });
    const { config, problems } = loadConfig(path.join(directory, "config.yaml"), {}, OUTSIDE);
    expect(problems).toEqual([]);
    expect(config?.deployments.map(({ alias }) => alias)).toEqual(["main", "b", "a"]);
  });

  test.each([
    ["whole", (file: string) => file],
    ["relative", (file: string) => path.relative("", file)],
  ])("has complaints by the names of its files, as the first was given: %s", (_how, given) => {
    const directory = files({
      "config.yaml": `include: [a.yaml]\n${ENTRY("main", "gpu-1")}`,
      "a.yaml": `# More\n${ENTRY("a", "gpu-2")}`,
    });
    const { problems } = loadConfig(given(path.join(directory, "config.yaml")), {}, OUTSIDE);
    expect(problems.map(({ at }) => [at.file, at.line])).toEqual([
      [given(path.join(directory, "config.yaml")), 2],
      [given(path.join(directory, "a.yaml")), 2],
    ]);
  });

  test("does not include what the included ones would include", () => {
    const directory = files({
      "config.yaml": `include: [a.yaml]\n${ENTRY("main")}`,
      "a.yaml": "include: [nowhere.yaml]\n",
    });
    expect(readConfigFiles(path.join(directory, "config.yaml")).texts.included).toHaveLength(1);
  });

  test("may be reached by a link: paths are relative to the link", () => {
    const directory = files({
      "real/config.yaml": `include: [a.yaml]\n${ENTRY("main")}`,
      "a.yaml": ENTRY("a"),
    });
    symlinkSync(path.join(directory, "real/config.yaml"), path.join(directory, "config.yaml"));
    expect(loadConfig(path.join(directory, "config.yaml"), {}, OUTSIDE).config?.deployments).toHaveLength(2);
  });

  test("in bad YAML includes nothing and is complained of", () => {
    const directory = files({ "config.yaml": "include: [nowhere.yaml]\na: [\n" });
    const { config, problems } = loadConfig(path.join(directory, "config.yaml"), {}, OUTSIDE);
    expect(config).toBeNull();
    expect(problems).toHaveLength(1);
  });

  test("inside a container is warned of localhost, outside it is not", () => {
    const file = path.join(files({ "config.yaml": ENTRY("a", "http://localhost") }), "config.yaml");
    expect(loadConfig(file, {}, OUTSIDE).problems).toEqual([]);
    expect(loadConfig(file, {}, { inContainer: true }).problems).toMatchObject([{ severity: "warning" }]);
  });
});

describe("a file that cannot be read is told in words, with the exit code of a wrong command line", () => {
  test.each([
    ["the config is not there", {}, "(--config): there is no such file"],
    ["the config is a directory", { "config.yaml/x": "" }, "(--config): it is a directory"],
  ])("%s", (_about, contents, words) => {
    const file = path.join(files(contents), "config.yaml");
    const fault = failure(() => loadConfig(file, {}, OUTSIDE));
    expect(fault).toBeInstanceOf(StartError);
    expect(fault).toMatchObject({ message: `cannot read ${file} ${words}`, exitCode: EXIT.usage });
  });

  test.each([
    ["is not there", "nowhere.yaml", "there is no such file"],
    ["is a directory", "more", "it is a directory"],
    ["lies in a file", "config.yaml/more.yaml", "ENOTDIR"],
    ["has no name", "", "it is a directory"],
  ])("an included file %s", (_about, name, words) => {
    const directory = files({ "config.yaml": `include: ["${name}"]\n${ENTRY("a")}`, "more/x": "" });
    const file = path.join(directory, "config.yaml");
    const fault = failure(() => loadConfig(file, {}, OUTSIDE));
    expect(fault).toMatchObject({
      message: `cannot read ${path.resolve(directory, name)} (include: in ${file}): ${words}`,
      exitCode: EXIT.usage,
    });
  });
});

test.each([
  [{ code: "ENOENT" }, "there is no such file"],
  [{ code: "EISDIR" }, "it is a directory"],
  [{ code: "EACCES" }, "permission denied"],
  [{ code: "EMFILE" }, "EMFILE"],
  [new Error("odd"), "unreadable"],
  [null, "unreadable"],
])("the fault %j is called %j", (fault, words) => {
  expect(printFileError(fault)).toBe(words);
});
