import { expect, test } from "vitest";
import { Breakers } from "./breakers.ts";

const START = 1_000_000;

function opened(): Breakers {
  const breakers = new Breakers();
  for (let turn = 0; turn < 5; turn += 1) breakers.failed("a", "timeout", START);
  return breakers;
}

test("an open one is a suspicion, with its reason, and says nothing of another deployment", () => {
  const breakers = opened();
  expect(breakers.get("a", START)).toEqual({ definite: false, reason: "timeout" });
  expect(breakers.get("b", START)).toBe(null);
  expect(breakers.open(START)).toEqual([["a", { definite: false, reason: "timeout" }]]);
});

test("one that is half open is none, until its trial is sent", () => {
  const breakers = opened();
  expect(breakers.get("a", START + 1_000)).toBe(null);
  breakers.sent("a", START + 1_000);
  expect(breakers.get("a", START + 1_000)).not.toBe(null);
  breakers.inconclusive("a");
  expect(breakers.get("a", START + 1_000)).toBe(null);
});

test("one whose trial succeeded is closed", () => {
  const breakers = opened();
  breakers.sent("a", START + 1_000);
  breakers.succeeded("a");
  expect(breakers.get("a", START + 1_000)).toBe(null);
  expect(breakers.open(START + 1_000)).toEqual([]);
});

test("a deployment that never failed has none", () => {
  const breakers = new Breakers();
  breakers.sent("a", START);
  breakers.succeeded("a");
  breakers.inconclusive("a");
  expect(breakers.open(START)).toEqual([]);
});
