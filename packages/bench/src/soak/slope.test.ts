import { expect, test } from "vitest";
import { slope } from "./slope.ts";

const line = (rise: number) => [0, 1, 2, 5, 9].map((seconds) => ({ seconds, value: 100 + rise * seconds }));

test.each([0, 2, -0.5])("a line that rises by %d a second has that slope", (rise) => {
  expect(slope(line(rise))).toBeCloseTo(rise);
});

test("fewer than two moments have none", () => {
  expect(slope([])).toBe(0);
  expect(slope([{ seconds: 1, value: 7 }])).toBe(0);
  expect(
    slope([
      { seconds: 1, value: 7 },
      { seconds: 1, value: 9 },
    ]),
  ).toBe(0);
});
