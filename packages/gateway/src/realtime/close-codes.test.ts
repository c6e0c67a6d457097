import { expect, test } from "vitest";
import { closeCodeOf, closeReason, isBackendsFault } from "./close-codes.ts";

test.each<[string, number, number]>([
  ["what the app did wrong is a policy", 404, 1008],
  ["a full model may be asked later", 429, 1013],
  ["so may one that loads", 503, 1013],
  ["all else is internal", 502, 1011],
])("%s", (_case, status, code) => {
  expect(closeCodeOf(status)).toBe(code);
});

test("a backend is at fault for what it says of itself, and for a connection that breaks", () => {
  expect([1006, 1011, 1012, 1013, 1014].every(isBackendsFault)).toBe(true);
  expect([1000, 1001, 1005, 1008, 3000, 4999].some(isBackendsFault)).toBe(false);
});

test("a reason is cut to what a close frame has room for, at a character's end", () => {
  expect(closeReason("bye")).toBe("bye");
  expect(closeReason("x".repeat(200))).toBe("x".repeat(123));
  expect(Buffer.byteLength(closeReason("😀".repeat(100)))).toBeLessThanOrEqual(123);
  expect(closeReason("a😀".repeat(100)).isWellFormed()).toBe(true);
});
