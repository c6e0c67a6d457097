import { expect, test } from "vitest";
import { pauseMs } from "./blame.ts";

test.each<[string | null, number]>([
  ["1", 1_000],
  ["7", 7_000],
  ["0.5", 500],
  ["0", 0],
  ["30", 30_000],
  ["3600", 30_000],
  ["-5", 1_000],
  ["Wed, 21 Oct 2015 07:28:00 GMT", 1_000],
  ["soon", 1_000],
  [null, 1_000],
])("Retry-After: %j lets a deployment alone for %i ms", (retryAfter, expected) => {
  expect(pauseMs(retryAfter)).toBe(expected);
});
