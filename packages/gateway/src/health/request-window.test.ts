import { expect, test } from "vitest";
import { RequestWindow } from "./request-window.ts";

const START = 1_000_000_020_000;

test("requests within the last minute are counted, and forgotten after it", () => {
  const window = new RequestWindow();
  expect(window.count(START)).toBe(0);
  for (let second = 0; second < 60; second += 1) window.add(START + second * 1_000);
  expect(window.count(START + 59_000)).toBe(60);
  expect(window.count(START + 89_000)).toBe(30);
  expect(window.count(START + 120_000)).toBe(0);
});

test("those of an hour ago are not taken for those of now, though they stood in the same place", () => {
  const window = new RequestWindow();
  for (let turn = 0; turn < 9; turn += 1) window.add(START);
  window.add(START + 3_600_000);
  expect(window.count(START + 3_600_000)).toBe(1);
});

test("a machine that has just booted has counted nothing yet", () => {
  const window = new RequestWindow();
  expect(window.count(0)).toBe(0);
  window.add(0);
  expect(window.count(1)).toBe(1);
});
