import { expect, it } from "vitest";
import { failure, response } from "../../test/answers.ts";
import { readSkew } from "./skew.ts";

const NOW = Date.parse("2026-08-17T12:00:00Z");

it.each([
  ["the same time", "Mon, 17 Aug 2026 12:00:00 GMT", 0],
  ["a minute ahead", "Mon, 17 Aug 2026 12:01:00 GMT", 60_000],
  ["a day behind", "Sun, 16 Aug 2026 12:00:00 GMT", -86_400_000],
  ["no date at all", "soon", null],
  ["an empty one", "", null],
])("a server's clock is read from its date header: %s", (_what, date, skewMs) => {
  expect(readSkew(response(200, "", { date }), NOW)).toBe(skewMs);
});

it("a server that sends no date, or nothing, tells nothing", () => {
  expect(readSkew(response(200), NOW)).toBeNull();
  expect(readSkew(failure("ECONNREFUSED"), NOW)).toBeNull();
});
