import { describe, expect, test } from "vitest";
import { Traffic } from "./traffic.ts";

const START = 1_000_000_020_000;

describe("requests within the last minute", () => {
  test("are counted by deployment, and forgotten after it", () => {
    const traffic = new Traffic();
    for (let second = 0; second < 60; second += 1) traffic.sent("a", START + second * 1_000);
    traffic.sent("b", START);
    expect(traffic.recent("a", START + 59_000)).toBe(60);
    expect(traffic.recent("a", START + 89_000)).toBe(30);
    expect(traffic.recent("a", START + 120_000)).toBe(0);
    expect(traffic.recent("b", START)).toBe(1);
    expect(traffic.recent("c", START)).toBe(0);
  });

  test("of an hour ago are not taken for those of now, though they stood in the same place", () => {
    const traffic = new Traffic();
    for (let turn = 0; turn < 9; turn += 1) traffic.sent("a", START);
    traffic.sent("a", START + 3_600_000);
    expect(traffic.recent("a", START + 3_600_000)).toBe(1);
  });
});

describe("the time to the first byte", () => {
  test("is none before one was seen, and the first one after it", () => {
    const traffic = new Traffic();
    expect(traffic.latency("a")).toBe(null);
    traffic.sent("a", START);
    expect(traffic.latency("a")).toBe(null);
    traffic.answered("a", 100);
    expect(traffic.latency("a")).toBe(100);
    expect(traffic.latency("b")).toBe(null);
  });

  test("follows what is seen, a fifth of the way each time", () => {
    const traffic = new Traffic();
    traffic.answered("a", 100);
    traffic.answered("a", 200);
    expect(traffic.latency("a")).toBeCloseTo(120);
    for (let turn = 0; turn < 50; turn += 1) traffic.answered("a", 10);
    expect(traffic.latency("a")).toBeCloseTo(10, 0);
  });
});
