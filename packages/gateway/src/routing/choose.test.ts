import { describe, expect, test } from "vitest";
import type { Strategy } from "@rollcall/contract";
import { seeded } from "../../test/seeded.ts";
import type { Candidate } from "./candidate.ts";
import { candidateOf, fleetSignals } from "../../test/candidates.ts";
import { choose } from "./choose.ts";

const STRATEGIES: readonly Strategy[] = ["simple-shuffle", "least-busy", "two-choices"];

const weighing = (id: string, weight: number) => candidateOf(id, { params: { weight } });

interface Draws {
  readonly strategy: Strategy;
  readonly busy?: Readonly<Record<string, number>>;
}

/** How often each one is chosen in 10,000 draws. */
function draw(candidates: readonly [Candidate, ...Candidate[]], { strategy, busy = {} }: Draws) {
  const random = seeded(7);
  const counts = new Map(candidates.map(({ id }) => [id, 0]));
  for (let turn = 0; turn < 10_000; turn += 1) {
    const { id } = choose(candidates, fleetSignals({ strategy, random, inFlight: (one) => busy[one] ?? 0 }));
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

test.each(STRATEGIES)("%s takes the only candidate, whatever its weight and load", (strategy) => {
  expect(draw([weighing("a", 0)], { strategy, busy: { a: 99 } })).toEqual({ a: 10_000 });
});

test("simple-shuffle draws by weight", () => {
  const counts = draw([weighing("a", 1), weighing("b", 2), weighing("c", 7)], { strategy: "simple-shuffle" });
  expect(counts["a"]).toBeGreaterThan(900);
  expect(counts["a"]).toBeLessThan(1_100);
  expect(counts["b"]).toBeGreaterThan(1_850);
  expect(counts["b"]).toBeLessThan(2_150);
  expect(counts["c"]).toBeGreaterThan(6_800);
  expect(counts["c"]).toBeLessThan(7_200);
});

test("simple-shuffle draws evenly where no weight is more than nothing", () => {
  const counts = draw([weighing("a", 0), weighing("b", 0)], { strategy: "simple-shuffle" });
  expect(counts["a"]).toBeGreaterThan(4_800);
  expect(counts["b"]).toBeGreaterThan(4_800);
});

test("simple-shuffle does not look at what is under way", () => {
  const counts = draw([weighing("a", 1), weighing("b", 1)], { strategy: "simple-shuffle", busy: { a: 50 } });
  expect(counts["a"]).toBeGreaterThan(4_800);
  expect(counts["b"]).toBeGreaterThan(4_800);
});

test("least-busy takes the one with the fewest requests under way, the first of equals", () => {
  const candidates = [candidateOf("a"), candidateOf("b"), candidateOf("c")] as const;
  expect(draw(candidates, { strategy: "least-busy", busy: { a: 2, b: 1, c: 1 } })).toEqual({
    a: 0,
    b: 10_000,
    c: 0,
  });
});

test("two-choices never takes the busiest of several, and spreads over the others", () => {
  const candidates = [candidateOf("a"), candidateOf("b"), candidateOf("c")] as const;
  const counts = draw(candidates, { strategy: "two-choices", busy: { a: 9, b: 1, c: 1 } });
  expect(counts["a"]).toBe(0);
  expect(counts["b"]).toBeGreaterThan(4_000);
  expect(counts["c"]).toBeGreaterThan(4_000);
});

test("two-choices takes the less busy of two every time", () => {
  const candidates = [candidateOf("a"), candidateOf("b")] as const;
  expect(draw(candidates, { strategy: "two-choices", busy: { a: 1 } })).toEqual({ a: 0, b: 10_000 });
});

test("two-choices draws evenly where all are equally busy", () => {
  const candidates = [candidateOf("a"), candidateOf("b"), candidateOf("c"), candidateOf("d")] as const;
  for (const count of Object.values(draw(candidates, { strategy: "two-choices" }))) {
    expect(count).toBeGreaterThan(2_300);
    expect(count).toBeLessThan(2_700);
  }
});

test.each(STRATEGIES)("%s stays within the list at both ends of the dice", (strategy) => {
  const candidates = [weighing("a", 1), weighing("b", 1), weighing("c", 1)] as const;
  for (const dice of [0, 0.999_999_999_999]) {
    expect(candidates).toContain(choose(candidates, fleetSignals({ strategy, random: () => dice })));
  }
});

describe("latency-based-routing", () => {
  const candidates = [candidateOf("a"), candidateOf("b"), candidateOf("c")] as const;
  const by = (
    latency: Readonly<Record<string, number | null>>,
    busy: Readonly<Record<string, number>> = {},
  ) =>
    choose(
      candidates,
      fleetSignals({
        strategy: "latency-based-routing",
        latency: (id) => latency[id] ?? null,
        inFlight: (id) => busy[id] ?? 0,
      }),
    ).id;

  test("takes the fastest", () => {
    expect(by({ a: 300, b: 100, c: 200 })).toBe("b");
  });

  test("takes another one where the fastest has a queue", () => {
    expect(by({ a: 300, b: 100, c: 200 }, { b: 2 })).toBe("c");
  });

  test("takes one that nobody has measured first", () => {
    expect(by({ a: 1, b: null, c: 1 })).toBe("b");
  });

  test("has it measured by one request, not by all that come until it has answered", () => {
    expect(by({ a: 100, b: null, c: 200 }, { b: 1 })).toBe("a");
  });

  test("spreads what comes before anything was measured", () => {
    expect(by({}, { a: 1 })).toBe("b");
    expect(by({}, { a: 2, b: 1, c: 2 })).toBe("b");
  });
});

describe("usage-based-routing-v2", () => {
  const by = (recent: Readonly<Record<string, number>>, weights: Readonly<Record<string, number>>) => {
    const [first, ...rest] = Object.entries(weights).map(([id, weight]) => weighing(id, weight));
    if (first === undefined) throw new Error("no candidates");
    const dice = fleetSignals({ strategy: "usage-based-routing-v2", recent: (id) => recent[id] ?? 0 });
    return choose([first, ...rest], dice).id;
  };

  test("takes the one with the fewest requests in the last minute", () => {
    expect(by({ a: 3, b: 2, c: 9 }, { a: 1, b: 1, c: 1 })).toBe("b");
  });

  test("counts them against what each may have", () => {
    expect(by({ a: 3, b: 2, c: 9 }, { a: 1, b: 1, c: 10 })).toBe("c");
  });
});

test("prefix-affinity keeps to one replica for one conversation", () => {
  const candidates = [candidateOf("a"), candidateOf("b"), candidateOf("c")] as const;
  const by = (prefix: number) =>
    choose(candidates, fleetSignals({ strategy: "prefix-affinity", conversation: () => prefix })).id;
  const places = Array.from({ length: 60 }, (_, prefix) => by(prefix));
  expect(places).toEqual(Array.from({ length: 60 }, (_, prefix) => by(prefix)));
  expect(new Set(places).size).toBe(3);
});

test("prefix-affinity spreads requests that are part of no conversation", () => {
  const candidates = [candidateOf("a"), candidateOf("b"), candidateOf("c")] as const;
  const inFlight = (id: string) => (id === "b" ? 0 : 1);
  const by = (random: () => number) =>
    choose(
      candidates,
      fleetSignals({ strategy: "prefix-affinity", conversation: () => null, random, inFlight }),
    ).id;
  const random = seeded(3);
  const places = Array.from({ length: 300 }, () => by(random));
  expect(new Set(places).size).toBe(3);
  // Two of the three pairs have it, and it is the less busy one of both.
  expect(places.filter((id) => id === "b").length).toBeGreaterThan(150);
});

describe("a replica that has just come back", () => {
  const candidates = [candidateOf("a"), candidateOf("b")] as const;

  test.each<Strategy>(["simple-shuffle", "least-busy", "two-choices"])(
    "gets a part of its share by %s",
    (strategy) => {
      const random = seeded(11);
      const warmth = (id: string) => (id === "b" ? 0.1 : 1);
      const load: Record<string, number> = { a: 0, b: 0 };
      for (let turn = 0; turn < 4_000; turn += 1) {
        const { id } = choose(
          candidates,
          fleetSignals({ strategy, random, warmth, inFlight: (one) => Math.floor((load[one] ?? 0) / 10) }),
        );
        load[id] = (load[id] ?? 0) + 1;
      }
      expect(load["b"]).toBeGreaterThan(100);
      expect(load["b"]).toBeLessThan(1_800);
    },
  );
});
