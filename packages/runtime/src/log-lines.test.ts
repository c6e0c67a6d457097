import * as fc from "fast-check";
import { expect, test } from "vitest";
import { asText, withPriorities } from "./log-lines.ts";

const line = (level: string, facts: object = {}) =>
  `${JSON.stringify({ level, time: "2026-11-26T23:59:01.123Z", service: "gateway", ...facts, msg: "it happened" })}\n`;

test.each([
  ["debug", 7],
  ["info", 6],
  ["warn", 4],
  ["error", 3],
  ["fatal", 2],
])("%s has priority %i, as JSON and as text", (level, priority) => {
  const both = [line(level), asText(line(level))];
  for (const one of both) expect(withPriorities(one, null)).toBe(`<${priority}>${one}`);
  // Several in one batch, each for itself.
  expect(withPriorities(both.join(""), null)).toBe(both.map((one) => `<${priority}>${one}`).join(""));
});

test.each([
  ["TypeError: x is not a function\n    at y\n", 3, "<3>TypeError: x is not a function\n<3>    at y\n"],
  ["TypeError: x\n", null, "TypeError: x\n"],
  ["", 3, ""],
  ["half a line", null, "half a line"],
])("lines without a level: %j", (lines, other, told) => {
  expect(withPriorities(lines, other)).toBe(told);
});

test("text has time, level, service, message, and facts in quotes where they need them", () => {
  const facts = { requestId: "r-1", alias: "two words", ms: 12, traceId: null, list: ["a", "b"], empty: "" };
  expect(asText(line("warn", facts))).toBe(
    '2026-11-26T23:59:01.123Z warn  gateway it happened requestId=r-1 alias="two words" ms=12 traceId=null list=["a","b"] empty=""\n',
  );
});

test("whatever is in a fact, a line stays one, and what is no line of ours stays as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (value, foreign) => {
      expect(asText(line("info", { value })).split(/[\n\r]/)).toHaveLength(2);
      expect(withPriorities(line("info", { value }), null)).toBe(`<6>${line("info", { value })}`);
      const other = `x${foreign.replaceAll("\n", "")}\n`;
      expect(asText(other)).toBe(other);
    }),
    { numRuns: 50 },
  );
});
