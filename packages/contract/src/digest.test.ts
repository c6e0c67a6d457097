import * as fc from "fast-check";
import { expect, test } from "vitest";
import { digest } from "./digest.ts";

test("is sixteen hex digits, the same at every time and place", () => {
  expect(digest("http://gpu-1:8000", "/v1")).toBe(digest("http://gpu-1:8000", "/v1"));
  // The ids in dashboards hang on it.
  expect(digest()).toBe("4f53cda18c2baa0c");
  expect(digest("a", 1, null)).toMatch(/^[0-9a-f]{16}$/);
});

test("tells parts apart wherever one ends and the next begins", () => {
  const part = fc.oneof(fc.string(), fc.integer(), fc.constant(null));
  fc.assert(
    fc.property(fc.array(part), fc.array(part), (some, others) => {
      expect(digest(...some) === digest(...others)).toBe(JSON.stringify(some) === JSON.stringify(others));
    }),
  );
  expect(digest("a", "bc")).not.toBe(digest("ab", "c"));
  expect(digest("1")).not.toBe(digest(1));
  expect(digest("null")).not.toBe(digest(null));
});
