import { assert, integer, pre, property, tuple } from "fast-check";
import { describe, expect, it, test } from "vitest";
import { elsewhereFor, heldOf, sumOf } from "./held.ts";

describe("heldOf", () => {
  it.each([
    ["what is under way", { cap: 4, elsewhere: 0, inFlight: 3, pending: 0 }, 3],
    ["and what may yet be sent", { cap: 4, elsewhere: 0, inFlight: 1, pending: 2 }, 3],
    ["within the limit", { cap: 4, elsewhere: 0, inFlight: 1, pending: 9 }, 4],
    ["less what an older generation holds of it", { cap: 4, elsewhere: 2, inFlight: 1, pending: 9 }, 2],
    [
      "but all that is under way, whatever the limit is by now",
      { cap: 2, elsewhere: 0, inFlight: 3, pending: 1 },
      3,
    ],
    ["without a limit what is under way", { cap: null, elsewhere: 0, inFlight: 3, pending: 2 }, 3],
  ])("%s", (_what, load, held) => {
    expect(heldOf(load)).toBe(held);
  });
});

test("what several hold is added up", () => {
  expect(sumOf([{ a: 1, b: 2 }, {}, { b: 3, c: 1 }])).toEqual({ a: 1, b: 5, c: 1 });
});

const config = (maxParallel: number | null) =>
  ({ deployments: [{ id: "a", maxParallel }] }) as unknown as Parameters<typeof elsewhereFor>[0];

describe("elsewhereFor", () => {
  it.each<[string, readonly [cap: number | null, held: number, count: number], (number | undefined)[]]>([
    ["the only process takes it all", [4, 3, 1], [3]],
    ["of two workers each gives up its half", [4, 2, 2], [1, 1]],
    ["one may be left with nothing", [4, 3, 2], [1, 2]],
    ["more is held than the limit is by now", [2, 5, 1], [2]],
    ["nothing is held", [4, 0, 2], [undefined, undefined]],
    ["without a limit it only weighs", [null, 4, 2], [2, 2]],
  ])("%s", (_what, [cap, held, count], expected) => {
    const found = expected.map((_, index) => elsewhereFor(config(cap), { a: held }, { index, count })["a"]);
    expect(found).toEqual(expected);
  });

  it("all generations and workers together stay within the limit", () => {
    const numbers = tuple(
      integer({ min: 1, max: 40 }),
      integer({ min: 1, max: 40 }),
      integer({ min: 1, max: 9 }),
    );
    assert(
      property(numbers, ([cap, held, count]) => {
        pre(cap >= count && held <= cap);
        let allowed = held;
        for (let index = 0; index < count; index += 1) {
          const part = Math.floor(cap / count) + (index < cap % count ? 1 : 0);
          allowed += part - (elsewhereFor(config(cap), { a: held }, { index, count })["a"] ?? 0);
        }
        expect(allowed).toBe(cap);
      }),
    );
  });
});
