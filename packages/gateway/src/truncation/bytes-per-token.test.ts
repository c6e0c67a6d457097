import { expect, test } from "vitest";
import { BytesPerToken } from "./bytes-per-token.ts";

test("what is usual begins at four, follows what is seen, and keeps to what text can be", () => {
  const ratios = new BytesPerToken();
  expect(ratios.usual("chat")).toBe(4);
  for (let turn = 0; turn < 100; turn += 1) ratios.learn("chat", 2.5);
  expect(ratios.usual("chat")).toBeCloseTo(2.5, 2);
  expect(ratios.usual("other")).toBe(4);
  for (let turn = 0; turn < 100; turn += 1) ratios.learn("chat", 0.1);
  expect(ratios.usual("chat")).toBe(1.5);
  for (let turn = 0; turn < 100; turn += 1) ratios.learn("chat", 1_000);
  expect(ratios.usual("chat")).toBe(10);
});
