import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { commandTree } from "../src/completion/command-tree.ts";
import type { CommandContext } from "../src/context.ts";
import { describeRollcall } from "../src/describe-rollcall.ts";
import {
  anchors,
  listFiles,
  namedSources,
  npmScripts,
  readDocument,
  relativeLinks,
  whyBroken,
} from "./documents.ts";
import { RUN_DOCUMENTS, type RunDocument } from "./run-documents.ts";
import { shellBlocks } from "./shell-blocks.ts";

const FILES = listFiles();
const DOCUMENTS = FILES.filter((file) => file.endsWith(".md"));
const { scripts } = JSON.parse(readDocument("package.json")) as { scripts: Record<string, string> };

describe.each(DOCUMENTS)("%s", (file) => {
  const text = readDocument(file);

  test("links to files and headings that are there", () => {
    const broken = relativeLinks(text).flatMap(({ target, line }) => {
      const why = whyBroken(file, target);
      return why === null ? [] : [`${file}:${line}: ${target}: ${why}`];
    });
    expect(broken).toEqual([]);
  });

  test("names source files that are there", () => {
    const isThere = (name: string) => FILES.some((one) => `/${one}`.endsWith(`/${name}`));
    expect(namedSources(text).filter((name) => !isThere(name))).toEqual([]);
  });

  test("runs scripts that package.json has", () => {
    expect(npmScripts(text).filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });
});

test("the page of operations lists messages that are logged", () => {
  const [, section = ""] = /\n## Logs\n(.*?)\n## /s.exec(readDocument("packages/docs/operations.md")) ?? [];
  const messages = [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, message = ""]) => message);
  expect(messages.length).toBeGreaterThan(10);
  const sources = FILES.filter((file) => /\/src\/.*(?<!\.test)\.ts$/.test(file)).map(readDocument);
  expect(messages.filter((message) => !sources.some((text) => text.includes(message)))).toEqual([]);
});

test("every page and every decision is linked from the page above it", () => {
  const linkedFrom = (file: string) => new Set(relativeLinks(readDocument(file)).map(({ target }) => target));
  const pagesOf = (folder: string) =>
    DOCUMENTS.filter((file) => file.startsWith(folder) && !file.slice(folder.length).includes("/"));
  const fromRoot = linkedFrom("README.md");
  const pages = pagesOf("packages/docs/");
  expect(pages.length).toBeGreaterThan(5);
  expect(pages.filter((page) => !fromRoot.has(page))).toEqual([]);
  const records = pagesOf("packages/docs/decisions/").map((file) => file.split("/").at(-1) ?? "");
  const index = linkedFrom("packages/docs/decisions/README.md");
  expect(records.filter((record) => record !== "README.md" && !index.has(record))).toEqual([]);
});

test("decisions are numbered from 001, each number once", () => {
  const numbers = DOCUMENTS.flatMap((file) => /^packages\/docs\/decisions\/(\d{3})-/.exec(file)?.[1] ?? []);
  expect(numbers).toEqual(numbers.map((_, index) => String(index + 1).padStart(3, "0")));
});

test("every package has a README", () => {
  const packages = FILES.flatMap((file) => /^(packages\/[\w-]+)\/package\.json$/.exec(file)?.[1] ?? []);
  expect(packages.length).toBeGreaterThan(5);
  expect(packages.filter((folder) => !DOCUMENTS.includes(`${folder}/README.md`))).toEqual([]);
});

describe("commands of the pages", () => {
  const pages = DOCUMENTS.filter((file) => /^(README|packages\/docs\/[\w-]+|deploy\/README)\.md$/.test(file));
  const blocks = pages.flatMap((file) =>
    shellBlocks(readDocument(file)).map((block) => ({ file, ...block })),
  );
  const isRun = (row: RunDocument, { file, heading }: { file: string; heading: string }) =>
    row.file === file && (row.heading ?? heading) === heading;

  test("are run by a test, or say before the block why not", () => {
    expect(blocks.length).toBeGreaterThan(30);
    const forgotten = blocks.filter(
      (block) => block.notRun === null && !RUN_DOCUMENTS.some((row) => isRun(row, block)),
    );
    expect(forgotten.map(({ file, line }) => `${file}:${line}`)).toEqual([]);
  });

  test.each(RUN_DOCUMENTS)("$file $heading: $by runs what is there", (row) => {
    expect(blocks.filter((block) => block.notRun === null && isRun(row, block))).not.toEqual([]);
    const source = readDocument(row.by);
    expect(source).toContain(row.file);
    expect(source).toContain(row.heading ?? row.file);
  });
});

describe("what reads documents", () => {
  test.each([
    ["a heading", "# Two Words", "two-words"],
    ["code and signs", "## Settings under `rollcall:`", "settings-under-rollcall"],
    ["a link", "## See [here](x.md)", "see-here"],
    ["a heading that is there twice", "# A\n# A", "a-1"],
  ])("finds the anchor of %s", (_what, text, anchor) => {
    expect([...anchors(text)]).toContain(anchor);
  });

  test("passes over headings and links in code", () => {
    const text = "```\n# no heading\n[no](link.md)\n```\nand `[no](link.md)`, but [yes](a.md#b)";
    expect([...anchors(text)]).toEqual([]);
    expect(relativeLinks(text)).toEqual([{ target: "a.md#b", line: 5 }]);
  });

  test.each([
    ["a file that is missing", "no.md", "there is no such file"],
    ["a heading that is missing", "#no-such", "README.md has no heading #no-such"],
    ["a place outside", "../x.md", "leads out of the repository"],
    ["a heading of no document", "package.json#x", "only documents have anchors"],
  ])("tells of %s", (_what, target, why) => {
    expect(whyBroken("README.md", target)).toBe(why);
  });

  test("finds source files by any part of their path", () => {
    expect(namedSources("`a.ts`, `pipeline/route.ts` and `no.json`, b.ts")).toEqual([
      "a.ts",
      "pipeline/route.ts",
    ]);
  });

  test("finds scripts", () => {
    expect(npmScripts("npm start, `npm run bench:faults -- --quick`, npm test")).toEqual([
      "start",
      "bench:faults",
      "test",
    ]);
  });
});

test("the quick start has every command", () => {
  const program = new Command();
  const terminal = {} as CommandContext["terminal"];
  describeRollcall(program, { terminal, finish: () => {} });
  const rows = readDocument("packages/docs/quick-start.md").match(/^\| `.*$/gm) ?? [];
  const named = new Set(
    rows.flatMap((row) =>
      [...(row.split("|")[1] ?? "").matchAll(/`([a-z]+)/g)].map(([, name]) => name ?? ""),
    ),
  );
  const names = commandTree(program).commands.map(({ name }) => name);
  expect(names.filter((name) => !named.has(name))).toEqual([]);
});
