import { expect, test } from "vitest";
import { backOffMs } from "./back-off.ts";

test("each failure in a row makes the wait longer, up to two seconds", () => {
  expect([1, 2, 3, 4, 5, 6, 7, 1_000].map((failures) => backOffMs(failures, () => 1))).toEqual([
    100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000,
  ]);
});

test("chance takes off up to a half", () => {
  expect([0, 0.5].map((chance) => backOffMs(3, () => chance))).toEqual([200, 300]);
});
