import { describe, expect, it } from "vitest";
import { SLOT_MS, SLOTS, Throughput } from "./throughput.ts";

/** Looks at a target's counter at these seconds. */
function looked(...looks: readonly (readonly [second: number, generated: number | null])[]) {
  const throughput = new Throughput();
  for (const [second, generated] of looks) throughput.add("a", generated, second * 1_000);
  return (second: number) => throughput.of("a", second * 1_000);
}

describe("tokens a second now", () => {
  it.each<[what: string, looks: readonly (readonly [number, number | null])[], now: number | null]>([
    ["after one look nobody knows", [[0, 5]], null],
    [
      "over less than ten seconds nobody knows",
      [
        [0, 0],
        [2, 100],
      ],
      null,
    ],
    [
      "over ten seconds",
      [
        [0, 0],
        [2, 100],
        [10, 500],
      ],
      50,
    ],
    [
      "the last ten count",
      [
        [0, 0],
        [10, 500],
        [20, 500],
      ],
      0,
    ],
    [
      "a counter that begins anew is a gap",
      [
        [0, 900],
        [10, 1_000],
        [20, 5],
      ],
      null,
    ],
    [
      "and goes on after it",
      [
        [0, 900],
        [10, 5],
        [20, 105],
      ],
      10,
    ],
    [
      "a look without metrics is a gap",
      [
        [0, 0],
        [10, 100],
        [12, null],
      ],
      null,
    ],
    [
      "nobody looked for long",
      [
        [0, 0],
        [10, 100],
        [600, 200],
      ],
      null,
    ],
  ])("%s", (_what, looks, now) => expect(looked(...looks)(looks.at(-1)?.[0] ?? 0)?.now ?? null).toBe(now));
});

describe("the last 30 minutes", () => {
  const steady = (from: number, to: number) =>
    Array.from(
      { length: (to - from) / 10 + 1 },
      (_, index) => [from + index * 10, (from + index * 10) * 7] as const,
    );

  it("are 40 slots, oldest first, all known where it was looked at all the time", () => {
    const slots = looked(...steady(0, 1_800))(1_839)?.slots ?? [];
    expect(slots.length).toBe(SLOTS);
    expect(new Set(slots)).toEqual(new Set([7]));
    expect((SLOTS * SLOT_MS) / 60_000).toBe(30);
  });

  it("keep gaps as gaps, and forget what is older", () => {
    const slots = looked(...steady(0, 90), [100, null], ...steady(450, 540))(544)?.slots ?? [];
    const known = slots.map((value) => (value === null ? "-" : "x")).join("");
    expect(known).toBe(`${"-".repeat(27)}xxx${"-".repeat(7)}xxx`);
    expect(looked(...steady(0, 90))(4_000)?.slots.every((value) => value === null)).toBe(true);
  });

  it("of a server asked once a minute have no holes", () => {
    const minutes = Array.from({ length: 31 }, (_, minute) => [minute * 60, minute * 600] as const);
    expect(looked(...minutes)(1_800)?.slots.every((value) => value === 10)).toBe(true);
  });
});

it("is bounded: targets that are gone are forgotten", () => {
  const throughput = new Throughput();
  throughput.add("a", 1, 0);
  throughput.keep(new Set(["b"]));
  expect(throughput.of("a", 0)).toBeNull();
});
