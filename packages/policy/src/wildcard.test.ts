import * as fc from "fast-check";
import { expect, test } from "vitest";
import { matchesWildcard } from "./wildcard.ts";

test.each([
  ["*", "", true],
  ["*", "anything", true],
  ["qwen/*", "qwen/7b", true],
  ["qwen/*", "qwen/", true],
  ["qwen/*", "qwen", false],
  ["qwen/*", "my-qwen/7b", false],
  ["*-mini", "gpt-mini", true],
  ["*-mini", "gpt-mini-2", false],
  ["a*b*c", "abc", true],
  ["a*b*c", "a1b2b3c", true],
  ["a*b*c", "acb", false],
  ["aa*aa", "aaa", false],
  ["chat", "chat", true],
  ["chat", "chat2", false],
  ["chat", "Chat", false],
  ["a.c", "abc", false],
])("%j and %j", (pattern, text, expected) => {
  expect(matchesWildcard(pattern, text)).toBe(expected);
});

test("as a regular expression would have it", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "/", "*"), maxLength: 6 });
  fc.assert(
    fc.property(pattern, text, (of, name) => {
      const expression = new RegExp(`^${of.replaceAll("*", ".*")}$`, "u");
      expect(matchesWildcard(of, name)).toBe(expression.test(name));
    }),
  );
});
