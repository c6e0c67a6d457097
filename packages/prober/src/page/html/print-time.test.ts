import { expect, it } from "vitest";
import { printInstant, printTime } from "./print-time.ts";

it.each([
  ["of today without the date", "2026-11-26T01:52:03Z", "01:52:03"],
  ["of another day with it", "2026-11-25T23:59:59Z", "2026-11-25 23:59:59"],
])("a time %s", (_what, at, text) =>
  expect(printTime(Date.parse(at), Date.parse("2026-11-26T02:14:07Z"))).toBe(text),
);

it("an instant has no fractions", () => {
  expect(printInstant(Date.parse("2026-11-26T01:52:03.250Z"))).toBe("2026-11-26T01:52:03Z");
});
