import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EVERY, parseDropPath, type DropPath } from "./drop-path.ts";

describe("a path", () => {
  test.each<[string, DropPath | null]>([
    ["temperature", ["temperature"]],
    ["metadata.foo.bar", ["metadata", "foo", "bar"]],
    ["tools[*].function.strict", ["tools", EVERY, "function", "strict"]],
    ["tools[12].x", ["tools", 12, "x"]],
    ["tools[0][*].x", ["tools", 0, EVERY, "x"]],
    ["tools[0]", null],
    ["tools[*]", null],
    ["[0].x", null],
    ["tools[-1].x", null],
    ["tools[x].y", null],
    ["tools[0.x", null],
    ["", null],
    ["...", null],
  ])("%j", (written, path) => {
    expect(parseDropPath(written)).toEqual(path);
  });
});

test("whatever is written, a path begins and ends with a key", () => {
  const sign = fc.constantFrom("a", "b", ".", "[", "]", "*", "0", "[*]", "[1]", "é", " ");
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 12 }), (signs) => {
      const path = parseDropPath(signs.join(""));
      if (path === null) return;
      expect([typeof path[0], typeof path.at(-1)]).toEqual(["string", "string"]);
    }),
  );
});
