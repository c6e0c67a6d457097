import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { REASON_CODES, REASONS, type Deployment, type Reason, type Strategy } from "@rollcall/contract";
import { deploymentOf } from "../../test/deployments.ts";
import { decide, type Evidence, type Situation } from "./decide.ts";
import type { Table, Target } from "./table.ts";

const DOWN: Evidence = { definite: false, reason: "down" };
const WRONG_NAME: Evidence = { definite: true, reason: "wrong_name" };

interface World {
  readonly targets?: readonly Target[];
  readonly leftOut?: Readonly<Record<string, string>>;
  readonly evidence?: Readonly<Record<string, Evidence>>;
  readonly busy?: Readonly<Record<string, number>>;
  readonly stateHolds?: boolean;
  readonly tried?: readonly string[];
}

function targetOf(alias: string, proven: readonly Deployment[], more: Partial<Target> = {}): Target {
  return { alias, proven, unproven: [], fallbacks: [], ...more };
}

function tableOf(targets: readonly Target[], leftOut: Readonly<Record<string, string>> = {}): Table {
  return {
    targets: new Map(targets.map((target) => [target.alias, target])),
    listed: targets.map(({ alias }) => alias),
    leftOut: new Map(Object.entries(leftOut)),
  };
}

function ask(name: string, { targets = [], leftOut, evidence = {}, busy = {}, ...rest }: World) {
  const situation: Situation = {
    table: tableOf(targets, leftOut),
    stateHolds: rest.stateHolds ?? true,
    evidence: (id) => evidence[id] ?? null,
    dice: { strategy: "least-busy", random: () => 0, inFlight: (id) => busy[id] ?? 0 },
  };
  return decide({ name, tried: new Set(rest.tried) }, situation);
}

/** The id that is forwarded to, or the kind of the refusal. */
function outcome(name: string, world: World): string {
  const decision = ask(name, world);
  return decision.kind === "forward" ? decision.deployment.id : decision.kind;
}

const plain = (id: string) => deploymentOf(id);
const ordered = (id: string, order: number) => deploymentOf(id, { params: { order } });
const limited = (id: string, max_parallel_requests: number) =>
  deploymentOf(id, { params: { max_parallel_requests } });

const a = plain("a");
const b = plain("b");
const c = plain("c");

describe("one alias", () => {
  test.each<[string, World, string]>([
    ["the only proven one is taken", { targets: [targetOf("chat", [a])] }, "a"],
    ["a full one is passed over", { targets: [targetOf("chat", [limited("a", 1), b])], busy: { a: 1 } }, "b"],
    [
      "one below its limit is not full",
      { targets: [targetOf("chat", [limited("a", 2)])], busy: { a: 1 } },
      "a",
    ],
    ["all full is said so", { targets: [targetOf("chat", [limited("a", 1)])], busy: { a: 1 } }, "all_full"],
    [
      "full outweighs not ready: the full one may soon be free",
      {
        targets: [targetOf("chat", [limited("a", 1)], { unproven: [{ id: "b", reason: "down" }] })],
        busy: { a: 1 },
      },
      "all_full",
    ],
    [
      "definite evidence keeps everything away",
      { targets: [targetOf("chat", [a])], evidence: { a: WRONG_NAME } },
      "none_ready",
    ],
    [
      "definite evidence sends to the other one",
      { targets: [targetOf("chat", [a, b])], evidence: { a: WRONG_NAME } },
      "b",
    ],
    [
      "a suspect is passed over while there is another",
      { targets: [targetOf("chat", [a, b])], evidence: { a: DOWN } },
      "b",
    ],
    [
      "a suspect is taken where nothing else is left",
      { targets: [targetOf("chat", [a])], evidence: { a: DOWN } },
      "a",
    ],
    ["one not tried yet goes first", { targets: [targetOf("chat", [a, b])], tried: ["a"] }, "b"],
    [
      "a suspect not tried yet goes before one that was",
      { targets: [targetOf("chat", [a, b])], tried: ["a"], evidence: { b: DOWN } },
      "b",
    ],
    [
      "one that was tried is taken again where there is no other",
      { targets: [targetOf("chat", [a])], tried: ["a"] },
      "a",
    ],
    [
      "one that was tried is not taken again against definite evidence",
      { targets: [targetOf("chat", [a])], tried: ["a"], evidence: { a: WRONG_NAME } },
      "none_ready",
    ],
    ["nothing proven is none ready", { targets: [targetOf("chat", [])] }, "none_ready"],
    [
      "a name that the config does not have",
      { targets: [targetOf("chat", [a])], leftOut: { other: "why" } },
      "a",
    ],
  ])("%s", (_case, world, expected) => {
    expect(outcome("chat", world)).toBe(expected);
  });

  test("none ready names every deployment with its reason, ejected ones with what ejected them", () => {
    const target = targetOf("chat", [a], { unproven: [{ id: "b", reason: "loading" }] });
    expect(ask("chat", { targets: [target], evidence: { a: WRONG_NAME } })).toEqual({
      kind: "none_ready",
      alias: "chat",
      out: [
        { id: "b", reason: "loading" },
        { id: "a", reason: "wrong_name" },
      ],
    });
  });
});

describe("order", () => {
  const targets = [targetOf("chat", [ordered("a", 1), ordered("b", 1), ordered("c", 2)])];

  test.each<[string, Partial<World>, string]>([
    ["the lowest is taken, and in it the least busy", { busy: { a: 3, b: 1 } }, "b"],
    ["the next waits while one of the lowest can serve", { busy: { a: 99, b: 99 } }, "a"],
    ["the next comes when the lowest were tried", { tried: ["a", "b"] }, "c"],
    ["the next comes when the lowest are suspects", { evidence: { a: DOWN, b: DOWN } }, "c"],
    ["the next comes when the lowest are out", { evidence: { a: WRONG_NAME, b: WRONG_NAME } }, "c"],
    [
      "among suspects the lowest comes first",
      { evidence: { a: DOWN, b: DOWN, c: DOWN }, busy: { a: 1 } },
      "b",
    ],
  ])("%s", (_case, world, expected) => {
    expect(outcome("chat", { targets, ...world })).toBe(expected);
  });
});

describe("fallbacks", () => {
  const spare = targetOf("spare", [c]);
  const chat = (proven: readonly Deployment[], fallbacks = ["spare"]) =>
    targetOf("chat", proven, { fallbacks });

  test.each<[string, World, string]>([
    ["are not asked while the alias itself can serve", { targets: [chat([a]), spare] }, "a"],
    ["are asked where nothing is proven", { targets: [chat([]), spare] }, "c"],
    ["are asked where all are full", { targets: [chat([limited("a", 1)]), spare], busy: { a: 1 } }, "c"],
    ["are asked where all are ejected", { targets: [chat([a]), spare], evidence: { a: WRONG_NAME } }, "c"],
    [
      "that cannot serve either are passed over",
      { targets: [chat([], ["empty", "spare"]), targetOf("empty", []), spare] },
      "c",
    ],
    ["that do not exist are passed over", { targets: [chat([], ["nowhere", "spare"]), spare] }, "c"],
    ["that lead back to the alias end", { targets: [chat([], ["chat"])] }, "none_ready"],
    [
      "of fallbacks are not followed",
      { targets: [chat([], ["empty"]), targetOf("empty", [], { fallbacks: ["spare"] }), spare] },
      "none_ready",
    ],
  ])("%s", (_case, world, expected) => {
    expect(outcome("chat", world)).toBe(expected);
  });

  test("when none can serve, the reasons told are those of the alias that was asked for", () => {
    const target = targetOf("chat", [], { unproven: [{ id: "a", reason: "loading" }], fallbacks: ["empty"] });
    const empty = targetOf("empty", [], { unproven: [{ id: "b", reason: "down" }] });
    expect(ask("chat", { targets: [target, empty] })).toEqual({
      kind: "none_ready",
      alias: "chat",
      out: [{ id: "a", reason: "loading" }],
    });
  });
});

test("a name nobody knows is unknown, one that was left out comes with its reason", () => {
  const world: World = { targets: [targetOf("chat", [a])], leftOut: { claude: "speaks another protocol" } };
  expect(ask("other", world)).toEqual({ kind: "unknown_model" });
  expect(ask("claude", world)).toEqual({ kind: "left_out", why: "speaks another protocol" });
});

test("where the config refuses stale news, a known name is refused, and an unknown one stays unknown", () => {
  const world: World = { targets: [targetOf("chat", [a])], stateHolds: false };
  expect(ask("chat", world)).toEqual({ kind: "state_refused" });
  expect(ask("other", world)).toEqual({ kind: "unknown_model" });
});

const IDS = ["a", "b", "c", "d", "e", "f"] as const;
const NAMES = ["chat", "small", "spare"] as const;
const someIds = fc.uniqueArray(fc.constantFrom(...IDS), { maxLength: IDS.length });

const anyTarget = (alias: string) =>
  fc.record({
    alias: fc.constant(alias),
    proven: someIds.chain((ids) =>
      fc.tuple(
        ...ids.map((id) =>
          fc
            .record({
              order: fc.integer({ min: 0, max: 2 }),
              max: fc.option(fc.integer({ min: 1, max: 3 })),
              weight: fc.integer({ min: 0, max: 3 }),
            })
            .map(({ order, max, weight }): Deployment => ({
              ...plain(id),
              alias,
              order,
              weight,
              maxParallel: max,
            })),
        ),
      ),
    ),
    unproven: someIds.map((ids) => ids.map((id) => ({ id: `out-${id}`, reason: "down" as Reason }))),
    fallbacks: fc.array(fc.constantFrom(...NAMES, "nowhere"), { maxLength: 4 }),
  }) as fc.Arbitrary<Target>;

const anyWorld = fc.record({
  targets: fc.tuple(...NAMES.map(anyTarget)),
  name: fc.constantFrom(...NAMES, "nowhere", "left"),
  stateHolds: fc.boolean(),
  tried: someIds,
  evidence: fc.dictionary(
    fc.constantFrom(...IDS),
    fc.constantFrom(...REASON_CODES).map((reason): Evidence => ({
      definite: REASONS[reason].definite,
      reason,
    })),
  ),
  busy: fc.dictionary(fc.constantFrom(...IDS), fc.integer({ min: 0, max: 4 })),
  strategy: fc.constantFrom<Strategy>("simple-shuffle", "least-busy", "two-choices"),
  dice: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

describe("whatever the table, the evidence and the load", () => {
  const decideIn = (world: typeof anyWorld extends fc.Arbitrary<infer T> ? T : never) => {
    const table = tableOf(
      world.targets.map((target) => ({
        ...target,
        proven: target.proven.toSorted((one, other) => one.order - other.order),
      })),
      { left: "why" },
    );
    const evidence = (id: string) => world.evidence[id] ?? null;
    const inFlight = (id: string) => world.busy[id] ?? 0;
    const available = ({ id, maxParallel }: Deployment) =>
      evidence(id)?.definite !== true && (maxParallel === null || inFlight(id) < maxParallel);
    const decision = decide(
      { name: world.name, tried: new Set(world.tried) },
      {
        table,
        stateHolds: world.stateHolds,
        evidence,
        dice: { strategy: world.strategy, random: () => world.dice, inFlight },
      },
    );
    const target = table.targets.get(world.name);
    const reachable = [world.name, ...(target?.fallbacks ?? [])].map((name) =>
      (table.targets.get(name)?.proven ?? []).filter(available),
    );
    return { decision, target, reachable, evidence };
  };

  test("what is decided on is proven, not ejected and not full, and something is decided on if anything is", () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const { decision, target, reachable } = decideIn(world);
        if (target === undefined) {
          expect(decision.kind).toBe(world.name === "left" ? "left_out" : "unknown_model");
        } else if (!world.stateHolds) {
          expect(decision.kind).toBe("state_refused");
        } else if (decision.kind === "forward") {
          expect(reachable.find((deployments) => deployments.length > 0)).toContain(decision.deployment);
        } else {
          expect(reachable.flat()).toEqual([]);
          expect(decision.kind).toMatch(/^(all_full|none_ready)$/);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("an untried one goes before a tried one, an unsuspected one before a suspect", () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const { decision, reachable, evidence } = decideIn(world);
        fc.pre(decision.kind === "forward");
        const { deployment } = decision;
        const candidates = reachable.find((deployments) => deployments.length > 0) ?? [];
        const rank = ({ id }: Deployment) =>
          world.tried.some((one) => one === id) ? 2 : evidence(id) === null ? 0 : 1;
        const best = Math.min(...candidates.map(rank));
        expect(rank(deployment)).toBe(best);
        const rivals = candidates.filter((one) => rank(one) === best);
        expect(deployment.order).toBe(Math.min(...rivals.map(({ order }) => order)));
      }),
      { numRuns: 2_000 },
    );
  });

  test("the same question gets the same answer: nothing is remembered", () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        expect(decideIn(world).decision).toEqual(decideIn(world).decision);
      }),
    );
  });
});
