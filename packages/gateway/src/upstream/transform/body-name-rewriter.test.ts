import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutAnywhere, jsonLine, jsonObjectText } from "../../../test/json-text.ts";
import { replaceNames } from "../../../test/names-in-json.ts";
import { BodyNameRewriter } from "./body-name-rewriter.ts";
import type { KeyPath } from "@rollcall/contract";
import { compileNamePaths } from "./name-paths.ts";

const ALIAS = Buffer.from('"alias"');
const TOP: readonly KeyPath[] = [["model"]];

function rewrite(
  chunks: readonly (string | Buffer)[],
  { paths = TOP, alias = "alias" }: { paths?: readonly KeyPath[]; alias?: string } = {},
): string {
  const rewriter = new BodyNameRewriter(Buffer.from(JSON.stringify(alias)), compileNamePaths(paths));
  const out = chunks.flatMap((chunk) => rewriter.push(Buffer.from(chunk)));
  return Buffer.concat([...out, rewriter.flush()]).toString();
}

function rewriteWhole(text: string, paths: readonly KeyPath[] = TOP): string {
  return Buffer.concat(
    new BodyNameRewriter(ALIAS, compileNamePaths(paths)).rewriteWhole(Buffer.from(text)),
  ).toString();
}

test.each([
  ["a name", '{"model":"up"}', '{"model":"alias"}'],
  ["an empty name", '{"model":""}', '{"model":"alias"}'],
  ["a name with escapes", String.raw`{"model":"a\"b\\"}`, '{"model":"alias"}'],
  ["a name between white space", '{"model" :\r\n\t "up" }', '{"model" :\r\n\t "alias" }'],
  ["a name that comes twice", '{"model":"up","model":"up2"}', '{"model":"alias","model":"alias"}'],
  [
    "a name behind all else",
    '{"a":1,"b":[{"c":"}"}],"d":null,"e":"\\"","model":"up"}',
    '{"a":1,"b":[{"c":"}"}],"d":null,"e":"\\"","model":"alias"}',
  ],
  [
    "a name behind a long list of numbers",
    `{"data":[${"0.25,".repeat(500)}1],"model":"up"}`,
    `{"data":[${"0.25,".repeat(500)}1],"model":"alias"}`,
  ],
  [
    "a name in each of several texts",
    '{"model":"up"}\n{"model":"up"}\n',
    '{"model":"alias"}\n{"model":"alias"}\n',
  ],
])("%s is replaced", (_case, text, expected) => {
  expect(rewrite([text])).toBe(expected);
  expect(rewriteWhole(text)).toBe(expected);
});

test.each([
  ["a model in the arguments of a tool", '{"tools":[{"parameters":{"model":"up"}}]}'],
  ["a model in metadata", '{"metadata":{"model":"up"},"x":1}'],
  ["a model in a list at the top", '[{"model":"up"}]'],
  ["a model in a list under the key", '{"model":["up",{"model":"up"}]}'],
  ["a model that is an object", '{"model":{"model":"up"}}'],
  ["a model that is no text", '{"model":null,"x":1}'],
  ["a model that is a number", '{"model":12}'],
  ["the value model", '{"object":"model","x":["model","up"]}'],
  ["a longer key", '{"models":"up","mymodel":"up"}'],
  ["a key spelled with an escape", String.raw`{"mod\u0065l":"up"}`],
  ["a key that ends in an escaped quote and model", String.raw`{"x\"model":"up"}`],
  ["escaped text in a string", String.raw`{"content":"{\"model\":\"up\"}"}`],
  ["nothing of the kind", '{"id":"x"}'],
  ["a text alone", '"model"'],
  ["an empty text", ""],
])("%s is left as it is", (_case, text) => {
  expect(rewrite([text])).toBe(text);
});

test.each<[string, readonly KeyPath[], string, string]>([
  [
    "below another key",
    [["response", "model"]],
    '{"model":"up","response":{"x":{"model":"up"},"model":"up"},"model":"up"}',
    '{"model":"up","response":{"x":{"model":"up"},"model":"alias"},"model":"up"}',
  ],
  [
    "at several places",
    [["message", "model"], ["model"]],
    '{"message":{"model":"up"},"model":"up","other":{"model":"up"}}',
    '{"message":{"model":"alias"},"model":"alias","other":{"model":"up"}}',
  ],
  [
    "at a place and below it",
    [["model"], ["model", "name"]],
    '{"model":{"name":"up","x":"up"},"model":"up"}',
    '{"model":{"name":"alias","x":"up"},"model":"alias"}',
  ],
])("names are replaced %s", (...[, paths, text, expected]) => {
  expect(rewrite([text], { paths })).toBe(expected);
});

test.each(['a"b', "日本 🎌", String.raw`back\slash`, "$&$1", "line\nbreak"])(
  "the alias %j is written as JSON writes it",
  (alias) => {
    expect(JSON.parse(rewrite(['{"model":"up"}'], { alias }))).toEqual({ model: alias });
  },
);

test("a chunk without a name passes as it is, not copied", () => {
  const chunk = Buffer.from('{"choices":[]');
  const [only, ...rest] = new BodyNameRewriter(ALIAS, compileNamePaths(TOP)).push(chunk);
  expect(only).toBe(chunk);
  expect(rest).toEqual([]);
});

test("nothing is held back, and of a name that is cut nothing is told", () => {
  const rewriter = new BodyNameRewriter(ALIAS, compileNamePaths(TOP));
  const push = (text: string) => Buffer.concat(rewriter.push(Buffer.from(text))).toString();
  expect(push('{"id":"x","mod')).toBe('{"id":"x","mod');
  expect(push('el":"u')).toBe('el":"alias"');
  expect(push("p")).toBe("");
  expect(push('p","x":1}')).toBe(',"x":1}');
  expect(rewriter.flush()).toHaveLength(0);
});

const PATHS: readonly (readonly KeyPath[])[] = [
  TOP,
  [["stream", "model"]],
  [["model"], ["stream", "model"], ["stream", "stream", "model"]],
  [["model"], ["model", "stream"]],
];

describe("however an answer is cut into chunks", () => {
  const cut = (text: fc.Arbitrary<string>) =>
    text.chain((whole) =>
      fc.record({
        text: fc.constant(whole),
        chunks: cutAnywhere(whole),
        paths: fc.constantFrom(...PATHS),
      }),
    );

  test("a JSON text is the same with only the names at the paths replaced", () => {
    fc.assert(
      fc.property(cut(fc.oneof(jsonObjectText, jsonLine)), ({ text, chunks, paths }) => {
        const rewritten = rewrite(chunks, { paths });
        expect(rewritten).toBe(replaceNames(text, paths, "alias"));
        expect(rewriteWhole(text, paths)).toBe(rewritten);
        expect(() => JSON.parse(rewritten) as unknown).not.toThrow();
      }),
      { numRuns: 5_000 },
    );
  });

  test("long strings and long gaps between brackets make no difference", () => {
    const filler = fc.constantFrom(
      " ".repeat(50),
      `"${"x".repeat(50)}"`,
      String.raw`"${"x".repeat(31)}\"${"\\\\".repeat(20)}"`,
      `[${"1,".repeat(40)}{"model":"up"}]`,
      `{"x":{"model":"up"},"y":${"9".repeat(70)}}`,
      `[[],[${"2,".repeat(30)}[3],"${"z".repeat(40)}"]]`,
    );
    const text = fc
      .array(fc.tuple(fc.constantFrom("model", "stream", "x"), filler), { maxLength: 5 })
      .map(
        (members) =>
          `{${members.map(([key, value]) => `"${key}":${value.trim() === "" ? '"up"' : value}`).join(",")}}`,
      );
    fc.assert(
      fc.property(cut(text), ({ text: whole, chunks, paths }) => {
        expect(rewrite(chunks, { paths })).toBe(replaceNames(whole, paths, "alias"));
        expect(rewriteWhole(whole, paths)).toBe(replaceNames(whole, paths, "alias"));
      }),
      { numRuns: 2_000 },
    );
  });

  test("bytes that are no JSON come out the same as in one piece", () => {
    const near = fc
      .array(
        fc.constantFrom(
          '"model"',
          '"',
          "\\",
          ":",
          " ",
          "model",
          "x",
          "\n",
          "{",
          "}",
          "[",
          "]",
          ",",
          '{"model":',
        ),
        { maxLength: 16 },
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(cut(near), ({ text, chunks, paths }) => {
        const inPieces = rewrite(chunks, { paths });
        expect(inPieces).toBe(rewrite([text], { paths }));
        expect(rewriteWhole(text, paths)).toBe(inPieces);
      }),
      { numRuns: 5_000 },
    );
  });
});
