import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseByteSize } from "./byte-size.ts";

test.each([
  ["32MiB", 33_554_432],
  ["32mib", 33_554_432],
  ["8 MB", 8_000_000],
  ["1KB", 1_000],
  ["1KiB", 1_024],
  ["2GB", 2_000_000_000],
  ["1GiB", 1_073_741_824],
  ["100B", 100],
  ["100", 100],
  ["1.5KiB", 1_536],
  [" 5 b ", 5],
  [1_048_576, 1_048_576],
])("%j is %d bytes", (written, bytes) => {
  expect(parseByteSize(written)).toBe(bytes);
});

test.each([
  "",
  "MiB",
  "-1MiB",
  "5ib",
  "5iB",
  "5M",
  "5XB",
  "1TB",
  "1e3",
  "1,5MB",
  "0",
  "0MiB",
  "0.4b",
  0,
  -1,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
])("%o is no size", (written) => {
  expect(parseByteSize(written)).toBeNull();
});

test("more digits than a number can hold are no size", () => {
  expect(parseByteSize(`${"9".repeat(400)}GB`)).toBeNull();
});

test("a size is a whole number of bytes above zero or none, whatever is written", () => {
  const written = fc.oneof(
    fc.string(),
    fc.double(),
    fc.stringMatching(/^\d{1,400}(\.\d+)? ?[kKmMgG]?i?[bB]?$/),
  );
  fc.assert(
    fc.property(written, (text) => {
      const bytes = parseByteSize(text);
      expect(bytes === null || (Number.isInteger(bytes) && bytes > 0)).toBe(true);
    }),
  );
});

test("a number of bytes is what it is, as a number and as text", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1 }), (bytes) => {
      expect(parseByteSize(bytes)).toBe(bytes);
      expect(parseByteSize(`${bytes}`)).toBe(bytes);
      expect(parseByteSize(`${bytes}KiB`)).toBe(bytes * 1_024);
    }),
  );
});
