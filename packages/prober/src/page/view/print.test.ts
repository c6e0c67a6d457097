import { expect, it } from "vitest";
import { count, printAge, printName } from "./print.ts";

it.each([
  ["nothing yet", -5, "0 s"],
  ["seconds", 59_999, "59 s"],
  ["minutes, without seconds", 119_000, "1 min"],
  ["hours and minutes", 3 * 3_600_000 + 5 * 60_000, "3 h 5 min"],
  ["whole hours", 3_600_000, "1 h"],
  ["days and hours", 9 * 86_400_000 + 4 * 3_600_000, "9 d 4 h"],
])("an age: %s", (_what, ms, text) => expect(printAge(ms)).toBe(text));

it.each([
  ["as it is", "llama-3.3 70b", "llama-3.3 70b"],
  ["what turns text round written out", "a\u202Eb", "a\\u202eb"],
  ["line breaks and escape sequences too", "a\n\u001B[31m", "a\\u000a\\u001b[31m"],
  ["too long a one cut", "x".repeat(81), `${"x".repeat(79)}…`],
  ["80 characters whole", "x".repeat(80), "x".repeat(80)],
])("a name: %s", (_what, name, text) => expect(printName(name)).toBe(text));

it("what is counted has its number", () => {
  expect([count(1, "model"), count(0, "model"), count(1_200, "model")]).toEqual([
    "1 model",
    "0 models",
    "1,200 models",
  ]);
});
