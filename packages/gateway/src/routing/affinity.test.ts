import { describe, expect, test } from "vitest";
import { candidateOf } from "../../test/candidates.ts";
import { seeded } from "../../test/seeded.ts";
import type { Candidate } from "./candidate.ts";
import { hashBytes, rankByAffinity } from "./affinity.ts";

const fleet = ["a", "b", "c", "d"].map((id) => candidateOf(id));
const [A, B, C, D] = fleet as [Candidate, Candidate, Candidate, Candidate];

const random = seeded(3);
const prefixes = Array.from({ length: 4_000 }, () => Math.floor(random() * 2 ** 32));

const idle = () => 0;
const place = (
  prefix: number,
  candidates: readonly [Candidate, ...Candidate[]],
  inFlight = idle as (id: string) => number,
) => rankByAffinity(candidates, prefix, { inFlight: ({ id }) => inFlight(id) }).id;

describe("a conversation", () => {
  test("goes to the same replica every time, in whatever order they stand", () => {
    for (const prefix of prefixes.slice(0, 200)) {
      expect(place(prefix, [D, B, A, C])).toBe(place(prefix, [A, B, C, D]));
    }
  });

  test("is as likely to go to one replica as to another", () => {
    const counts = Map.groupBy(prefixes, (prefix) => place(prefix, [A, B, C, D]));
    expect(counts.size).toBe(4);
    for (const [, those] of counts) expect(those.length / prefixes.length).toBeCloseTo(0.25, 1);
  });

  test("stays where it is when another replica comes or goes", () => {
    for (const prefix of prefixes) {
      const before = place(prefix, [A, B, C, D]);
      const after = place(prefix, [A, B, C]);
      expect(before === "d" || after === before).toBe(true);
    }
  });

  test("goes to its next replica while its own carries more than its share, and comes back", () => {
    const prefix = prefixes.find((one) => place(one, [A, B, C, D]) === "a") ?? 0;
    const second = place(prefix, [B, C, D]);
    const load: Record<string, number> = { a: 10, b: 1, c: 1, d: 1 };
    expect(place(prefix, [A, B, C, D], (id) => load[id] ?? 0)).toBe(second);
    load["a"] = 1;
    expect(place(prefix, [A, B, C, D], (id) => load[id] ?? 0)).toBe("a");
  });
});

test("a fleet that is loaded evenly keeps every conversation where it is", () => {
  for (const prefix of prefixes.slice(0, 200)) {
    expect(place(prefix, [A, B, C, D], () => 7)).toBe(place(prefix, [A, B, C, D]));
  }
});

test("a hot conversation does not melt its replica: the load is spread", () => {
  const load: Record<string, number> = {};
  for (let turn = 0; turn < 400; turn += 1) {
    const id = place(42, [A, B, C, D], (one) => load[one] ?? 0);
    load[id] = (load[id] ?? 0) + 1;
  }
  for (const { id } of fleet) expect(load[id] ?? 0).toBeLessThanOrEqual(400 * 0.25 * 1.25 + 2);
});

test("the hash is FNV-1a", () => {
  expect(hashBytes([])).toBe(0x811c9dc5);
  expect(hashBytes(Buffer.from("a"))).toBe(0xe40c292c);
  expect(hashBytes(Buffer.from("foobar"))).toBe(0xbf9cf968);
});
