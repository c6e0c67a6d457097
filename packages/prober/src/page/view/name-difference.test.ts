import * as fc from "fast-check";
import { expect, it } from "vitest";
import { differ, type NamePart } from "./name-difference.ts";

const marked = (parts: readonly NamePart[]) =>
  parts.map(({ text, differs }) => (differs ? `[${text}]` : text)).join("");

it.each([
  ["more at the end", "llama-3.3-70b", "llama-3.3-70b-instruct", "llama-3.3-70b", "llama-3.3-70b[-instruct]"],
  ["less at the end", "llama-instruct", "llama", "llama[-instruct]", "llama"],
  ["in the middle", "qwen2-coder", "qwen3-coder", "qwen[2]-coder", "qwen[3]-coder"],
  ["almost nothing in common", "llama", "gpt-oss-120b", "[llama]", "[gpt-oss-120b]"],
  ["nothing at all differs", "same", "same", "same", "same"],
])("%s", (_what, ...[one, other, left, right]) => {
  expect(differ(one, other).map(marked)).toEqual([left, right]);
});

it("loses no character of either name", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (one, other) => {
      const whole = differ(one, other).map((parts) => parts.map(({ text }) => text).join(""));
      expect(whole).toEqual([one, other]);
    }),
  );
});
