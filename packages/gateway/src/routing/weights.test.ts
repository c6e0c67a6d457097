import { describe, expect, test } from "vitest";
import type { Strategy } from "@rollcall/contract";
import { candidateOf, fleetSignals, type Fleet } from "../../test/candidates.ts";
import { seeded } from "../../test/seeded.ts";
import type { Candidate } from "./candidate.ts";
import { decide } from "./decide.ts";
import { Lot } from "./lot.ts";
import { type RoutingTable } from "./table.ts";
import { ranked } from "./target.ts";

const TURNS = 10_000;

type Weights = Readonly<Record<string, number | undefined>>;

function fleetOf(weights: Weights): Candidate[] {
  return Object.entries(weights).map(([id, weight]) =>
    candidateOf(id, { params: weight === undefined ? {} : { weight } }),
  );
}

function tableOf(candidates: readonly Candidate[]): RoutingTable {
  const target = {
    alias: "chat",
    mode: "chat",
    ...ranked(candidates),
    unroutable: [],
    fallbacks: [],
    contextWindowFallbacks: [],
    serves: null,
  };
  const groups = new Map([["chat", target]]);
  return { targets: groups, groups, wildcards: null, listed: ["chat"], leftOut: new Map() };
}

/** Decides again and again; each decision is handed on before the next. */
function route(candidates: readonly Candidate[], fleet: Fleet, onChosen: (id: string) => void): void {
  const context = { ...fleetSignals({ random: seeded(7), ...fleet }), table: tableOf(candidates) };
  for (let turn = 0; turn < TURNS; turn += 1) {
    const decision = decide(
      { name: "chat", endpoint: "chat_completions", tried: new Set() },
      { ...context, isSnapshotUsable: true },
    );
    if (decision.kind !== "forward") throw new Error(decision.kind);
    onChosen(decision.candidate.id);
  }
}

/** The part that each gets of a fleet in which every request is over before the next comes. */
function shares(candidates: readonly Candidate[], fleet: Fleet): Record<string, number> {
  const counts = Object.fromEntries(candidates.map(({ id }) => [id, 0]));
  const dice = seeded(11);
  const signals = {
    recent: (id: string) => counts[id] ?? 0,
    conversation: () => Math.floor(dice() * 2 ** 32),
  };
  route(
    candidates,
    { latency: () => 100, ...signals, ...fleet },
    (id) => (counts[id] = (counts[id] ?? 0) + 1),
  );
  return Object.fromEntries(Object.entries(counts).map(([id, count]) => [id, count / TURNS]));
}

/** What each has under way on average, where so many are under way at once and the oldest ends first. */
function loads(candidates: readonly Candidate[], atOnce: number, fleet: Fleet): Record<string, number> {
  const underWay: string[] = [];
  const busy = (id: string) => underWay.filter((one) => one === id).length;
  const sums = Object.fromEntries(candidates.map(({ id }) => [id, 0]));
  const dice = seeded(11);
  const signals = { latency: () => 100, conversation: () => Math.floor(dice() * 2 ** 32) };
  route(candidates, { ...signals, ...fleet, inFlight: busy }, (id) => {
    underWay.push(id);
    if (underWay.length > atOnce) underWay.shift();
    for (const one of Object.keys(sums)) sums[one] = (sums[one] ?? 0) + busy(one);
  });
  return Object.fromEntries(Object.entries(sums).map(([id, sum]) => [id, sum / TURNS]));
}

const STRATEGIES = ["simple-shuffle", "least-busy", "two-choices"] as const satisfies Strategy[];

/** These know no cold replica where all have room, or stand aside more. */
const OTHER_STRATEGIES = ["usage-based-routing-v2", "prefix-affinity"] as const satisfies Strategy[];
const COLD: Fleet = { warmth: (id) => (id === "b" ? 0.1 : 1) };

const CASES: readonly [string, Weights, Fleet, Readonly<Record<string, readonly [number, number]>>][] = [
  ["three to one", { a: 3, b: 1 }, {}, { a: [0.72, 0.78], b: [0.22, 0.28] }],
  ["one to three to six", { a: 1, b: 3, c: 6 }, {}, { a: [0.07, 0.13], b: [0.27, 0.33], c: [0.57, 0.63] }],
  ["none, which is equal", { a: undefined, b: undefined }, {}, { a: [0.47, 0.53], b: [0.47, 0.53] }],
  ["nothing to one", { a: 0, b: 1 }, {}, { a: [0, 0], b: [1, 1] }],
  ["nothing to three to one", { a: 0, b: 3, c: 1 }, {}, { a: [0, 0], b: [0.72, 0.78], c: [0.22, 0.28] }],
  ["nothing to nothing", { a: 0, b: 0 }, {}, { a: [0.47, 0.53], b: [0.47, 0.53] }],
  // A tenth of its own weight, by one way of counting or another.
  ["three to one that is cold", { a: 3, b: 1 }, COLD, { a: [0.94, 0.99], b: [0.01, 0.06] }],
  ["one to three that is cold", { a: 1, b: 3 }, COLD, { a: [0.7, 0.97], b: [0.03, 0.3] }],
  ["none to one that is cold", { a: undefined, b: undefined }, COLD, { a: [0.85, 0.97], b: [0.03, 0.15] }],
  ["nothing to one that is cold", { a: 0, b: 1 }, COLD, { a: [0, 0], b: [1, 1] }],
];

describe.each(STRATEGIES)("%s, of a fleet at rest", (strategy) => {
  test.each(CASES)("%s", (_case, weights, ...[fleet, expected]) => {
    const found = shares(fleetOf(weights), { strategy, ...fleet });
    for (const [id, [least, most]] of Object.entries(expected)) {
      expect(found[id]).toBeGreaterThanOrEqual(least);
      expect(found[id]).toBeLessThanOrEqual(most);
    }
  });
});

describe.each(OTHER_STRATEGIES)("%s, of a fleet at rest", (strategy) => {
  test.each(CASES.filter(([, , fleet]) => fleet !== COLD))("%s", (_case, weights, ...[fleet, expected]) => {
    const found = shares(fleetOf(weights), { strategy, ...fleet });
    for (const [id, [least, most]] of Object.entries(expected)) {
      expect(found[id]).toBeGreaterThanOrEqual(least);
      expect(found[id]).toBeLessThanOrEqual(most);
    }
  });
});

describe("a cold replica", () => {
  test.each<[string, Weights, readonly [number, number]]>([
    ["beside three times its weight", { a: 3, b: 1 }, [0.05, 0.13]],
    ["of three times the other's weight", { a: 1, b: 3 }, [0.07, 0.13]],
    ["of the same weight", { a: undefined, b: undefined }, [0.07, 0.13]],
    ["beside a backup", { a: 0, b: 1 }, [1, 1]],
  ])("by usage-based-routing-v2 is sent no more than it is warm: %s", (_case, weights, [least, most]) => {
    const found = shares(fleetOf(weights), { strategy: "usage-based-routing-v2", ...COLD });
    expect(found["b"]).toBeGreaterThanOrEqual(least);
    expect(found["b"]).toBeLessThanOrEqual(most);
  });

  test.each<[string, Weights, readonly [number, number]]>([
    ["beside three times its weight", { a: 3, b: 1 }, [0.22, 0.28]],
    ["of the same weight", { a: undefined, b: undefined }, [0.47, 0.53]],
    ["beside a backup", { a: 0, b: 1 }, [1, 1]],
  ])(
    "by prefix-affinity keeps its conversations while nothing is busy: %s",
    (_case, weights, [least, most]) => {
      const found = shares(fleetOf(weights), { strategy: "prefix-affinity", ...COLD });
      expect(found["b"]).toBeGreaterThanOrEqual(least);
      expect(found["b"]).toBeLessThanOrEqual(most);
    },
  );

  test.each<[string, Weights, Fleet, Record<string, number>]>([
    ["the heavier of two that are as fast", { a: 1, b: 3 }, {}, { a: 0, b: 1 }],
    ["either, the first, of equals", { a: undefined, b: undefined }, {}, { a: 1, b: 0 }],
    ["no backup", { a: 0, b: 1 }, {}, { a: 0, b: 1 }],
    ["a backup neither beside a cold one", { a: 0, b: 1 }, COLD, { a: 0, b: 1 }],
    [
      "the faster, unless the other's weight makes up for it",
      { a: 3, b: 1 },
      { latency: (id) => (id === "a" ? 200 : 100) },
      { a: 1, b: 0 },
    ],
  ])("latency-based-routing, of a fleet at rest, takes %s", (_case, weights, ...[fleet, expected]) => {
    expect(shares(fleetOf(weights), { strategy: "latency-based-routing", ...fleet })).toEqual(expected);
  });

  test("by latency-based-routing is sent what it is warm for where it is the heavier", () => {
    const found = shares(fleetOf({ a: 1, b: 3 }), { strategy: "latency-based-routing", ...COLD });
    expect(found["b"]).toBeGreaterThanOrEqual(0.07);
    expect(found["b"]).toBeLessThanOrEqual(0.13);
  });
});

describe.each(["least-busy", "two-choices", "latency-based-routing", "prefix-affinity"] as const)(
  "%s, of a busy fleet",
  (strategy) => {
    test.each<[string, Weights, number]>([
      ["of two, a few at once", { a: 3, b: 1 }, 8],
      ["of two, many at once", { a: 3, b: 1 }, 80],
      ["of five", { a: 1, b: 1, c: 2, d: 4, e: 8 }, 160],
    ])("load for weight is level: %s", (_case, weights, atOnce) => {
      const found = loads(fleetOf(weights), atOnce, { strategy });
      const total = Object.values(weights).reduce<number>((sum, weight = 1) => sum + weight, 0);
      for (const [id, weight = 1] of Object.entries(weights)) {
        const level = (atOnce * weight) / total;
        expect(found[id]).toBeGreaterThan(level * 0.8 - 0.5);
        expect(found[id]).toBeLessThan(level * 1.2 + 0.5);
      }
    });
  },
);

describe.each([...STRATEGIES, "latency-based-routing", "usage-based-routing-v2", "prefix-affinity"] as const)(
  "%s takes a backup",
  (strategy) => {
    const fleet = fleetOf({ backup: 0, main: 1 });

    test("not while one with a weight is fit, whatever its load", () => {
      expect(shares(fleet, { strategy, inFlight: (id) => (id === "main" ? 50 : 0) })).toEqual({
        backup: 0,
        main: 1,
      });
    });

    test("where none with a weight is", () => {
      const evidence = (id: string) => (id === "main" ? { definite: false, reason: "down" as const } : null);
      expect(shares(fleet, { strategy, evidence })).toEqual({ backup: 1, main: 0 });
    });
  },
);

test("two are drawn of ten thousand by weight, never the same one twice", () => {
  const count = 10_000;
  const [light, heavier] = fleetOf({ light: 1, heavier: 3 });
  if (light === undefined || heavier === undefined) throw new Error("no candidates");
  const candidates = Array.from({ length: count }, (_, index) => ({
    ...(index % 2 === 0 ? light : heavier),
    id: String(index),
  }));
  const [first, ...rest] = candidates;
  if (first === undefined) throw new Error("no candidates");
  const lot = new Lot([first, ...rest]);
  const random = seeded(3);
  let heavy = 0;
  for (let turn = 0; turn < 20_000; turn += 1) {
    const [one, other] = lot.drawTwo({ random });
    expect(one).not.toBe(other);
    heavy += (one.deployment.weight + other.deployment.weight - 2) / 2;
  }
  expect(heavy / 40_000).toBeGreaterThan(0.73);
  expect(heavy / 40_000).toBeLessThan(0.77);
});

test.each([0, 0.999_999_999_999])("two are drawn at the ends of the dice: %d", (dice) => {
  const [a, b] = fleetOf({ a: 3, b: 1 });
  if (a === undefined || b === undefined) throw new Error("no candidates");
  expect(new Set(new Lot([a, b]).drawTwo({ random: () => dice }))).toEqual(new Set([a, b]));
});
