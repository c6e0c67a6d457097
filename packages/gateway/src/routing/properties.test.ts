import { DEFAULT_BREAKER } from "@rollcall/contract";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { seeded } from "../../test/seeded.ts";
import type { Candidate } from "./candidate.ts";
import { candidateOf, fleetSignals } from "../../test/candidates.ts";
import { rankByAffinity } from "./affinity.ts";
import {
  CLOSED,
  mayPass,
  onFault,
  onInconclusive,
  onSend,
  onSuccess,
  type Breaker,
} from "../health/breaker.ts";
import { choose } from "./choose.ts";
import { RetryBudget } from "./retry-budget.ts";

const START = 1_000_000;
const AT_REST = { inFlight: () => 0 };
const LONGEST_OPEN_MS = 30_000;

/** A breaker as any number of faults, answers and trials may have left it, and when. */
const kinds = fc.oneof(
  { arbitrary: fc.constant("fault"), weight: 6 },
  { arbitrary: fc.constant("send"), weight: 3 },
  { arbitrary: fc.constantFrom("success", "inconclusive"), weight: 1 },
);
const pauses = fc.oneof(
  { arbitrary: fc.nat({ max: 100 }), weight: 4 },
  { arbitrary: fc.nat({ max: 40_000 }), weight: 1 },
);
const reached = fc
  .array(fc.tuple(kinds, pauses), { minLength: 5, maxLength: 60, size: "max" })
  .map((steps) => {
    let breaker = CLOSED;
    let now = START;
    for (const [kind, pause] of steps) {
      now += pause;
      if (kind === "fault")
        breaker = onFault(breaker, { kind: "server_error", reason: "down", at: now }, DEFAULT_BREAKER);
      if (kind === "success") breaker = onSuccess(breaker);
      if (kind === "inconclusive") breaker = onInconclusive(breaker);
      if (kind === "send" && mayPass(breaker, now)) breaker = onSend(breaker, now);
    }
    return { breaker, now };
  });

test("from wherever a breaker is, enough time and one success lead back to closed", () => {
  fc.assert(
    fc.property(reached, fc.constantFrom("fails", "says nothing"), ({ breaker, now }, ending) => {
      // A trial under way ends some time, one way or another.
      const after =
        ending === "fails"
          ? onFault(breaker, { kind: "server_error", reason: "down", at: now }, DEFAULT_BREAKER)
          : onInconclusive(breaker);
      const ended: Breaker = breaker.trial ? after : breaker;
      const later = now + LONGEST_OPEN_MS;
      expect(mayPass(ended, later)).toBe(true);
      const closed = onSuccess(onSend(ended, later));
      expect(closed.openUntil).toBe(null);
      expect(closed.trial).toBe(false);
      expect(mayPass(closed, later)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("a breaker that is half open lets one request through, however many ask", () => {
  fc.assert(
    fc.property(reached, fc.integer({ min: 2, max: 20 }), ({ breaker, now }, count) => {
      fc.pre(breaker.openUntil !== null);
      let next = onInconclusive(breaker);
      const later = now + LONGEST_OPEN_MS;
      let passed = 0;
      for (let turn = 0; turn < count; turn += 1) {
        if (!mayPass(next, later)) continue;
        passed += 1;
        next = onSend(next, later);
      }
      expect(passed).toBe(1);
    }),
  );
});

test("a breaker is never open for longer than half a minute, and never shorter than a second at first", () => {
  fc.assert(
    fc.property(reached, ({ breaker, now }) => {
      if (breaker.openUntil === null) return;
      expect(breaker.openUntil - now).toBeLessThanOrEqual(LONGEST_OPEN_MS);
      expect(breaker.openMs).toBeGreaterThanOrEqual(1_000);
      expect(breaker.openMs).toBeLessThanOrEqual(LONGEST_OPEN_MS);
    }),
  );
});

test("faults open a closed breaker exactly when five are within half a minute", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 20_000 }), { minLength: 1, maxLength: 30 }), (gaps) => {
      let breaker = CLOSED;
      let now = START;
      const at: number[] = [];
      for (const gap of gaps) {
        now += gap;
        at.push(now);
        breaker = onFault(breaker, { kind: "server_error", reason: "down", at: now }, DEFAULT_BREAKER);
        const recent = at.filter((one) => now - one < 30_000).length;
        expect(breaker.openUntil !== null).toBe(recent >= 5);
        if (breaker.openUntil !== null) return;
      }
    }),
  );
});

const fleet = (size: number) =>
  Array.from({ length: size }, (_, index) => candidateOf(`replica-${index}`)) as [Candidate, ...Candidate[]];
const FLEETS = new Map([2, 3, 5, 8].map((size) => [size, fleet(size)]));
const sizes = fc.constantFrom(...FLEETS.keys());

test("whatever is under way, affinity never overloads a replica beyond a quarter more than its share", () => {
  fc.assert(
    fc.property(
      sizes,
      fc.array(fc.nat({ max: 50 }), { minLength: 8, maxLength: 8 }),
      fc.nat(),
      (size, busy, prefix) => {
        const replicas = FLEETS.get(size) ?? fleet(size);
        const load = new Map(replicas.map(({ id }, index) => [id, busy[index] ?? 0]));
        const chosen = rankByAffinity(replicas, prefix, { inFlight: ({ id }) => load.get(id) ?? 0 });
        const total = [...load.values()].reduce((sum, one) => sum + one, 0) + 1;
        expect((load.get(chosen.id) ?? 0) + 1).toBeLessThanOrEqual(Math.ceil((1.25 * total) / size));
      },
    ),
    { numRuns: 500 },
  );
});

test("a replica that goes takes only its own conversations with it, whichever one it is", () => {
  fc.assert(
    fc.property(sizes, fc.nat({ max: 7 }), fc.nat({ max: 2 ** 32 - 1 }), (size, index, prefix) => {
      const replicas = FLEETS.get(size) ?? fleet(size);
      const gone = replicas[index % size];
      const [first, ...rest] = replicas.filter((one) => one !== gone);
      if (first === undefined) return;
      const before = rankByAffinity(replicas, prefix, AT_REST);
      const after = rankByAffinity([first, ...rest], prefix, AT_REST);
      expect(before === gone || after === before).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("the conversations of a replica that went are spread over all that stay", () => {
  const replicas = FLEETS.get(5) ?? fleet(5);
  const [gone, first, ...rest] = replicas;
  if (first === undefined) throw new Error("a fleet of five");
  const random = seeded(17);
  const counts = new Map<string, number>();
  for (let turn = 0; turn < 5_000; turn += 1) {
    const prefix = Math.floor(random() * 2 ** 32);
    if (rankByAffinity(replicas, prefix, AT_REST) !== gone) continue;
    const { id } = rankByAffinity([first, ...rest], prefix, AT_REST);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  expect(counts.size).toBe(4);
  const total = [...counts.values()].reduce((sum, one) => sum + one, 0);
  for (const count of counts.values()) expect(count / total).toBeCloseTo(0.25, 1);
});

test.each(["simple-shuffle", "least-busy", "two-choices"] as const)(
  "%s: a cold replica gets less than a warm one, and more the warmer it is, up to its share",
  (strategy) => {
    const candidates = fleet(2);
    // The first one: of equals it is the least busy.
    const shareAt = (warm: number) => {
      const random = seeded(23);
      const warmth = (id: string) => (id === "replica-0" ? warm : 1);
      const choices = Array.from({ length: 4_000 }, () =>
        choose(candidates, fleetSignals({ strategy, random, warmth })),
      );
      return choices.filter(({ id }) => id === "replica-0").length / choices.length;
    };
    const [cold, half, warm] = [shareAt(0.1), shareAt(0.5), shareAt(1)];
    expect(cold).toBeGreaterThan(0.02);
    expect(cold).toBeLessThan(0.2);
    expect(half).toBeGreaterThan(cold + 0.1);
    expect(warm).toBeGreaterThan(half + 0.1);
    expect(warm).toBeGreaterThan(0.45);
  },
);

test.each([
  "simple-shuffle",
  "least-busy",
  "two-choices",
  "latency-based-routing",
  "usage-based-routing-v2",
  "prefix-affinity",
] as const)("%s: the last one is not starved, however cold, slow and busy it is", (strategy) => {
  const [only] = fleet(1);
  const dice = fleetSignals({
    strategy,
    random: () => 0.99,
    warmth: () => 0.001,
    latency: () => 1e9,
    recent: () => 1e9,
    inFlight: () => 1e6,
  });
  expect(choose([only], dice)).toBe(only);
});

test("in the long run retries are at most a fifth of the requests beyond what may be at once", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 2_000 }), (turns) => {
      const budget = new RetryBudget();
      let [requests, retries] = [0, 0];
      for (const isRequest of turns) {
        if (isRequest) {
          requests += 1;
          budget.earn();
        } else if (budget.spend()) retries += 1;
        expect(budget.left).toBeGreaterThanOrEqual(0);
      }
      expect(retries).toBeLessThanOrEqual(100 + requests * 0.2 + 1e-6);
    }),
    { numRuns: 50 },
  );
});
