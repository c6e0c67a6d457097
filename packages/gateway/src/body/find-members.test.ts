import * as fc from "fast-check";
import { expect, test } from "vitest";
import { findMembers } from "./find-members.ts";

const all = (text: string) => {
  const bytes = Buffer.from(text);
  return findMembers(bytes, 0, () => true)?.map(({ key, value }) => [
    key,
    bytes.toString("utf8", value.start, value.end),
  ]);
};

test.each<[string, string, string[][] | undefined]>([
  ["an empty object", " { } ", []],
  [
    "members of all kinds",
    '{"a":1,"b" : "x}","c":[{"a":2}],"d":{}}',
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
  ["a key that is too long to be looked for", `{"${"x".repeat(101)}":1,"a":2}`, [["a", "2"]]],
  ["an array", "[1]", undefined],
  ["a text that breaks off", '{"a":1', undefined],
  ["a key without a value", '{"a"}', undefined],
  ["nothing", "", undefined],
])("%s", (_case, text, members) => {
  expect(all(text)).toEqual(members);
});

test("every object's members are found as a parser finds them", () => {
  const key = fc.string({ unit: "binary", maxLength: 12 });
  fc.assert(
    fc.property(fc.dictionary(key, fc.jsonValue()), fc.constantFrom(0, 1, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const found = all(text)?.map(([name = "", json = ""]) => [name, JSON.parse(json)]);
      expect(Object.fromEntries(found ?? [])).toEqual(JSON.parse(text));
    }),
  );
});

test("no bytes make it throw", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("{", "}", "[", "]", '"', ",", ":", "\\", "u", "a", "1", " ") }),
      (text) => {
        const found = all(`{"a":${text}`);
        expect(found === undefined || found.length > 0).toBe(true);
      },
    ),
  );
});
