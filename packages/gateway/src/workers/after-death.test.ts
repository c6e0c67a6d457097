import { expect, test } from "vitest";
import { afterDeath, type Death } from "./after-death.ts";

const death = (facts: Partial<Death> = {}) =>
  afterDeath({ ranMs: 0, streak: 0, refused: false, othersServe: true, ...facts });

test("a worker that died is started again, each time after twice as long", () => {
  expect([0, 1, 2, 3].map((streak) => death({ streak }))).toEqual([
    { kind: "restart", streak: 1, afterMs: 100 },
    { kind: "restart", streak: 2, afterMs: 200 },
    { kind: "restart", streak: 3, afterMs: 400 },
    { kind: "restart", streak: 4, afterMs: 800 },
  ]);
});

test("five quick deaths in a row are enough", () => {
  expect(death({ streak: 4 })).toEqual({ kind: "give_up", streak: 5 });
});

test("a worker that was well for a while begins anew, however often it had died before", () => {
  expect(death({ streak: 4, ranMs: 10_000 })).toEqual({ kind: "restart", streak: 1, afterMs: 100 });
});

test("one that cannot start is tried on and on while others serve, ever more rarely", () => {
  expect(death({ streak: 4, refused: true })).toMatchObject({ kind: "restart", afterMs: 1_600 });
  expect(death({ streak: 40, refused: true })).toMatchObject({ kind: "restart", afterMs: 10_000 });
});

test("where none serves any more it is not", () => {
  expect(death({ streak: 4, refused: true, othersServe: false })).toMatchObject({ kind: "give_up" });
});
