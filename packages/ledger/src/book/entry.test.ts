import { expect, test } from "vitest";
import { Entry } from "./entry.ts";
import type { HolderRecord } from "./holder-record.ts";

const SHARE = 1 / 6;
const holder = (name: string): HolderRecord => ({ name, link: null, heardAt: 0, lostAt: null });
const A = holder("a");
const B = holder("b");
const tokens = (limit = 60) => new Entry({ scope: "key:k", unit: "requests", limit }, SHARE, 0);
const slots = (limit = 4) => new Entry({ scope: "key:k", unit: "parallel", limit }, SHARE, 0);
const ask = (of: { holder?: HolderRecord; needed?: number; wanted?: number }) => ({
  holder: A,
  id: 1,
  needed: 1,
  wanted: 1,
  ...of,
});

test("a wish leaves others a part of the burst, a need does not", () => {
  const entry = tokens(600);
  expect(entry.grant(ask({ needed: 0, wanted: 100 }), 0)).toBe(95);
  expect(entry.grant(ask({ holder: B, needed: 9, wanted: 9 }), 0)).toBe(5);
  expect(entry.grant(ask({ needed: 0, wanted: 1 }), 0)).toBe(0);
});

test("the bucket fills up to what is not held", () => {
  const entry = tokens();
  expect(entry.grant(ask({ needed: 8, wanted: 8 }), 0)).toBe(8);
  expect(entry.level(60_000)).toBe(2);
  entry.spend(A, 8, 60_000);
  expect(entry.level(65_000)).toBe(7);
  expect(entry.level(120_000)).toBe(10);
});

test("what was spent beyond the lease is taken from what is left, never below nothing", () => {
  const entry = tokens();
  entry.grant(ask({ needed: 2, wanted: 2 }), 0);
  entry.spend(A, 5, 0);
  expect([entry.level(0), entry.totalHeld]).toEqual([5, 0]);
  entry.spend(A, 50, 0);
  expect(entry.level(0)).toBe(0);
});

test.each([
  { known: 4, amount: 4, used: 0, level: 6 },
  { known: 4, amount: 1, used: 3, level: 6 },
  // Three are neither held nor spent: a grant or a report was lost, and nobody knows which.
  { known: 4, amount: 1, used: 0, level: 6 },
  { known: 4, amount: 0, used: 9, level: 1 },
  { known: 4, amount: 2, used: 90, level: 0 },
])("back with $amount of $known and $used spent, $level are left", ({ known, amount, used, level }) => {
  const entry = tokens();
  entry.grant(ask({ needed: known, wanted: known }), 0);
  entry.resume(A, { amount, used }, 0);
  expect([entry.level(0), entry.totalHeld]).toEqual([level, amount]);
});

test("tokens of who is gone count as spent, its slots are free", () => {
  const rate = tokens();
  rate.grant(ask({ needed: 4, wanted: 4 }), 0);
  rate.drop(A, 0);
  expect([rate.level(0), rate.level(4_000)]).toEqual([6, 10]);
  const parallel = slots();
  parallel.grant(ask({ needed: 4, wanted: 4 }), 0);
  expect(parallel.available(0)).toBe(0);
  parallel.drop(A, 0);
  expect(parallel.available(0)).toBe(4);
});

test("no holder gives back more than it holds", () => {
  const entry = slots();
  entry.grant(ask({ needed: 1, wanted: 1 }), 0);
  entry.giveBack(A, 9, 0);
  entry.giveBack(B, 9, 0);
  expect(entry.available(0)).toBe(4);
});

test("with a lower limit nothing is granted until enough is back", () => {
  const entry = slots(4);
  entry.grant(ask({ needed: 4, wanted: 4 }), 0);
  entry.setLimit(2, 0);
  expect([entry.available(0), entry.grant(ask({ holder: B }), 0)]).toEqual([-2, 0]);
  entry.giveBack(A, 3, 0);
  expect(entry.grant(ask({ holder: B }), 0)).toBe(1);
});

test("a full bucket is full with another limit too, an empty one is not", () => {
  const full = tokens(60);
  full.setLimit(600, 0);
  expect(full.level(0)).toBe(100);
  const empty = tokens(60);
  empty.grant(ask({ needed: 10, wanted: 10 }), 0);
  empty.spend(A, 10, 0);
  empty.setLimit(600, 0);
  expect([empty.level(0), empty.level(1_000)]).toEqual([0, 10]);
});

test("when there is one again", () => {
  const entry = tokens(6);
  entry.grant(ask({}), 0);
  entry.spend(A, 1, 0);
  expect(entry.retryAfterMs(0)).toBe(10_000);
  expect(entry.retryAfterMs(9_000)).toBe(1_000);
  expect(slots().retryAfterMs(0)).toBeNull();
});

test("it is forgotten once it is as new", () => {
  const entry = tokens();
  entry.grant(ask({ needed: 4, wanted: 4 }), 0);
  expect(entry.isForgettable(0)).toBe(false);
  entry.spend(A, 4, 0);
  expect(entry.isForgettable(3_999)).toBe(false);
  expect(entry.isForgettable(4_000)).toBe(true);
});
