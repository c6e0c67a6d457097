import * as fc from "fast-check";
import { expect, test } from "vitest";
import { elementsOf, membersNamed, membersOf, namesOf } from "./json-walk.ts";

const members = (text: string) => {
  const bytes = Buffer.from(text);
  return membersOf(bytes, { start: 0 }).map(({ key, value }) => [
    key,
    bytes.toString("utf8", value.start, value.end),
  ]);
};
const elements = (text: string) => {
  const bytes = Buffer.from(text);
  return elementsOf(bytes, { start: 0 }).map(({ start, end }) => bytes.toString("utf8", start, end));
};

test.each<[string, string, string[][]]>([
  ["an empty object", "{ } ", []],
  [
    "members of all kinds",
    '{"a":1 ,"b" : "x}","c":[{"a":2}],"d":{}}',
    [
      ["a", "1"],
      ["b", '"x}"'],
      ["c", '[{"a":2}]'],
      ["d", "{}"],
    ],
  ],
  [
    "repeated ones",
    '{"a":1,"a":2}',
    [
      ["a", "1"],
      ["a", "2"],
    ],
  ],
  ["escaped keys", String.raw`{"\u0061":1}`, [["a", "1"]]],
  ["keys beyond ASCII", '{"é":1}', [["é", "1"]]],
  ["an array", "[1]", []],
  ["a text that breaks off", '{"a":1,"b', [["a", "1"]]],
  ["a key without a value", '{"a"}', []],
  ["nothing", "", []],
])("members: %s", (_case, text, found) => {
  expect(members(text)).toEqual(found);
});

test.each<[string, string, string[]]>([
  ["none", "[ ]", []],
  ["of all kinds", '[1 , "a]",[2],{"b":[3]},null]', ["1", '"a]"', "[2]", '{"b":[3]}', "null"]],
  ["of an object", '{"a":1}', []],
  ["that break off", '[1,"', ["1"]],
])("elements: %s", (_case, text, found) => {
  expect(elements(text)).toEqual(found);
});

test("everything is found as a parser finds it", () => {
  const key = fc.string({ unit: "binary", maxLength: 12 });
  fc.assert(
    fc.property(fc.dictionary(key, fc.jsonValue()), fc.constantFrom(0, 1, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const found = members(text).map(([name = "", json = ""]) => [name, JSON.parse(json)]);
      expect(Object.fromEntries(found)).toEqual(JSON.parse(text));
      const list = JSON.stringify(Object.values(value), null, indent);
      expect(elements(list).map((json) => JSON.parse(json))).toEqual(JSON.parse(list));
    }),
  );
});

test("those of some names are found as among all, whatever the text", () => {
  const wanted = ["a", "id", "model"];
  const text = fc.oneof(
    fc
      .array(fc.tuple(fc.constantFrom("a", "id", "model", "idx", "m", ""), fc.jsonValue()))
      .map((all) => `{${all.map(([key, value]) => `"${key}" :${JSON.stringify(value)} `).join(",")}}`),
    fc.string({ unit: fc.constantFrom("{", "}", "[", '"id"', '"a":', ",", ":", "\\", "1", " ") }),
  );
  fc.assert(
    fc.property(text, (json) => {
      const bytes = Buffer.from(json);
      const all = membersOf(bytes, { start: 0 }).map(({ key, value }) => ({ key, value }));
      const found = membersNamed(bytes, { start: 0 }, namesOf(wanted));
      expect(found).toEqual(all.filter(({ key }) => wanted.includes(key)));
    }),
    { numRuns: 500 },
  );
});

test("no bytes make it throw", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("{", "}", "[", "]", '"', ",", ":", "\\", "u", "a", "1", " ") }),
      (text) => {
        expect(() => [members(`{"a":${text}`), elements(`[${text}`)]).not.toThrow();
      },
    ),
  );
});
