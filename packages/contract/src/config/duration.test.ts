import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDuration, printDuration } from "./duration.ts";

describe("a written duration", () => {
  test.each([
    ["500ms", 500],
    ["2s", 2_000],
    ["10m", 600_000],
    ["1h", 3_600_000],
    ["7d", 604_800_000],
    ["0s", 0],
    ["1.5s", 1_500],
    ["0.5ms", 0.5],
    ["30", 30_000],
    [" 2 s ", 2_000],
    [2, 2_000],
    [0.25, 250],
    [0, 0],
  ])("%j is %d milliseconds", (written, ms) => {
    expect(parseDuration(written)).toBe(ms);
  });

  test.each([
    "",
    " ",
    "s",
    "-1s",
    "+1s",
    "1e3s",
    "1,5s",
    ".5s",
    "1.s",
    "2 sec",
    "1h30m",
    "2S",
    "10M",
    "2s\n3s",
    "forever",
    "Infinity",
    -1,
  ])("%j is none", (written) => {
    expect(parseDuration(written)).toBeNull();
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_VALUE])("%d is none", (written) => {
    expect(parseDuration(written)).toBeNull();
  });

  test("of more digits than a number can hold is none", () => {
    expect(parseDuration(`${"9".repeat(400)}d`)).toBeNull();
  });

  test("is a finite count of milliseconds or none, whatever is written", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double(), fc.stringMatching(/^\d{1,400}(\.\d+)?[smhd]$/)),
        (text) => {
          const ms = parseDuration(text);
          expect(ms === null || (Number.isFinite(ms) && ms >= 0)).toBe(true);
        },
      ),
    );
  });
});

describe("a printed duration", () => {
  test.each([
    [0, "0 ms"],
    [450, "450 ms"],
    [0.4, "0 ms"],
    [999, "999 ms"],
    [999.6, "1 s"],
    [1_000, "1 s"],
    [1_999, "1 s"],
    [12_000, "12 s"],
    [59_999, "59 s"],
    [59_999.7, "1 m"],
    [60_000, "1 m"],
    [200_000, "3 m 20 s"],
    [3_599_999, "59 m 59 s"],
    [3_600_000, "1 h"],
    [7_500_000, "2 h 5 m"],
    [86_400_000, "1 d"],
    [356_400_000, "4 d 3 h"],
  ])("%d milliseconds are %j", (ms, printed) => {
    expect(printDuration(ms)).toBe(printed);
  });

  test("read again, part by part, is never more than was meant and less by under one part of its last unit", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000 * 86_400_000 }), (ms) => {
        const parts = printDuration(ms).match(/\d+ [a-z]+/g) ?? [];
        const read = parts.reduce((sum, part) => sum + (parseDuration(part) ?? Number.NaN), 0);
        const most = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
        const head = (parts[0]?.split(" ")[1] ?? "s") as keyof typeof most | "ms";
        // Two units at most: what is left out is smaller than the smaller of them.
        const lost =
          head === "ms" ? 1 : head === "s" || head === "m" ? most.s : head === "h" ? most.m : most.h;
        expect(read).toBeLessThanOrEqual(ms);
        expect(ms - read).toBeLessThan(lost);
      }),
    );
  });
});
