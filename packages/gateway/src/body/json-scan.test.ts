import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonObjectText } from "../../test/json-text.ts";
import { skipSpace, skipString, skipValue } from "./json-scan.ts";

const bytes = (text: string) => Buffer.from(text);

test.each([
  ["", 0, 0],
  ["x", 0, 0],
  [" \t\r\nx", 0, 4],
  ["  ", 0, 2],
  ["x", 5, 5],
])("white space of %j from %i ends at %i", (text, at, expected) => {
  expect(skipSpace(bytes(text), at)).toBe(expected);
});

test("only JSON's four kinds of white space are stepped over", () => {
  for (const character of ["\v", "\f", "\u00a0", "\ufeff", "\0"]) {
    expect(skipSpace(bytes(`${character}x`), 0)).toBe(0);
  }
});

describe("a string", () => {
  test.each([
    ['""', 2],
    ['"abc" "d"', 5],
    [String.raw`"a\"b"c`, 6],
    [String.raw`"a\\"b"`, 5],
    [String.raw`"a\\\"b"`, 8],
    ['"ü€😀"', 11],
    ['"', -1],
    [String.raw`"abc\"`, -1],
    [String.raw`"\\\"`, -1],
  ])("%j ends at %i", (text, expected) => {
    expect(skipString(bytes(text), 0)).toBe(expected);
  });

  test("of a million escaped quotes is stepped over in little time", () => {
    const long = bytes(`"${String.raw`\"`.repeat(1_000_000)}"`);
    const started = performance.now();
    expect(skipString(long, 0)).toBe(long.length);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("a value", () => {
  test.each([
    ["1,", 1],
    ["true}", 4],
    ["null]", 4],
    ["12", 2],
    ['"a,b"]', 5],
    ["{},", 2],
    ["[1,[2,{}],3],4", 12],
    ['{"a":"}"} ,', 9],
    [String.raw`{"a":"\"}"}x`, 11],
    ["", -1],
    [",", -1],
    ["}", -1],
    ["[1,2", -1],
    ['{"a":"}', -1],
    ['["', -1],
  ])("%j ends at %i", (text, expected) => {
    expect(skipValue(bytes(text), 0)).toBe(expected);
  });

  test("a million brackets deep is stepped over without recursion", () => {
    const deep = bytes("[".repeat(1_000_000) + "]".repeat(1_000_000));
    expect(skipValue(deep, 0)).toBe(2_000_000);
    expect(skipValue(deep.subarray(0, -1), 0)).toBe(-1);
  });
});

test("the text of any JSON object is stepped over from its brace to its brace", () => {
  fc.assert(
    fc.property(jsonObjectText, fc.constantFrom("", ",", "]", "}", " 1"), (text, rest) => {
      const start = text.indexOf("{");
      const whole = bytes(text.trimEnd());
      expect(skipValue(Buffer.concat([whole, bytes(rest)]), start)).toBe(whole.length);
    }),
  );
});

test("a beginning of such a text has no end", () => {
  fc.assert(
    fc.property(jsonObjectText, fc.nat(), (text, at) => {
      const whole = bytes(text.trim());
      expect(skipValue(whole.subarray(0, at % whole.length), 0)).toBe(-1);
    }),
  );
});

test("whatever the bytes, every step ends within them or says that there is no end", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat({ max: 45 }), (array, at) => {
      const buffer = Buffer.from(array);
      expect(skipSpace(buffer, at)).toBeGreaterThanOrEqual(at);
      for (const end of [skipString(buffer, at), skipValue(buffer, at)]) {
        expect(end === -1 || (end > at && end <= buffer.length)).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});
