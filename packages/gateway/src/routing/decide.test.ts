import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { REASON_CODES, REASONS, type Reason, type Strategy } from "@rollcall/contract";
import { candidateOf, fleetSignals } from "../../test/candidates.ts";
import type { Evidence } from "../health/ejection.ts";
import type { Candidate } from "./candidate.ts";
import { decide, type RoutingContext } from "./decide.ts";
import { type RoutingTable } from "./table.ts";
import { ranked, type Target } from "./target.ts";

const DOWN: Evidence = { definite: false, reason: "down" };
const WRONG_NAME: Evidence = { definite: true, reason: "wrong_name" };

const ENDPOINT = "chat_completions";

interface World {
  readonly targets?: readonly Target[];
  readonly leftOut?: Readonly<Record<string, string>>;
  readonly evidence?: Readonly<Record<string, Evidence>>;
  readonly busy?: Readonly<Record<string, number>>;
  readonly stateHolds?: boolean;
  readonly tried?: readonly string[];
  readonly endpoint?: string;
}

function targetOf(alias: string, routable: readonly Candidate[], more: Partial<Target> = {}): Target {
  return {
    alias,
    mode: "chat",
    ...ranked(routable),
    unroutable: [],
    fallbacks: [],
    contextWindowFallbacks: [],
    serves: null,
    ...more,
  };
}

function tableOf(targets: readonly Target[], leftOut: Readonly<Record<string, string>> = {}): RoutingTable {
  const groups = new Map(targets.map((target) => [target.alias, target]));
  return {
    targets: groups,
    groups,
    wildcards: null,
    listed: targets.map(({ alias }) => alias),
    leftOut: new Map(Object.entries(leftOut)),
  };
}

function ask(name: string, { targets = [], leftOut, evidence = {}, busy = {}, ...rest }: World) {
  const situation: RoutingContext = {
    ...fleetSignals({ inFlight: (id) => busy[id] ?? 0, evidence: (id) => evidence[id] ?? null }),
    table: tableOf(targets, leftOut),
    isSnapshotUsable: rest.stateHolds ?? true,
  };
  const { endpoint = ENDPOINT, tried } = rest;
  return decide({ name, endpoint, tried: new Set(tried) }, situation);
}

/** The id that is forwarded to, or the kind of the refusal. */
function outcome(name: string, world: World): string {
  const decision = ask(name, world);
  return decision.kind === "forward" ? decision.candidate.id : decision.kind;
}

const ordered = (id: string, order: number) => candidateOf(id, { params: { order } });
const limited = (id: string, max_parallel_requests: number) =>
  candidateOf(id, { params: { max_parallel_requests } });

const a = candidateOf("a");
const b = candidateOf("b");
const c = candidateOf("c");

describe("one alias", () => {
  test.each<[string, World, string]>([
    ["the only routable one is taken", { targets: [targetOf("chat", [a])] }, "a"],
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
        targets: [targetOf("chat", [limited("a", 1)], { unroutable: [{ id: "b", reason: "down" }] })],
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
    ["nothing routable is none ready", { targets: [targetOf("chat", [])] }, "none_ready"],
    [
      "an entry of the same name that was left out does not stand in the way",
      { targets: [targetOf("chat", [a])], leftOut: { chat: "why" } },
      "a",
    ],
  ])("%s", (_case, world, expected) => {
    expect(outcome("chat", world)).toBe(expected);
  });

  test("none ready names every deployment with its reason, ejected ones with what ejected them", () => {
    const target = targetOf("chat", [a], { unroutable: [{ id: "b", reason: "loading" }] });
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
  const chat = (routable: readonly Candidate[], fallbacks = ["spare"]) =>
    targetOf("chat", routable, { fallbacks });

  test.each<[string, World, string]>([
    ["are not asked while the alias itself can serve", { targets: [chat([a]), spare] }, "a"],
    ["are asked where nothing is routable", { targets: [chat([]), spare] }, "c"],
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
    const target = targetOf("chat", [], {
      unroutable: [{ id: "a", reason: "loading" }],
      fallbacks: ["empty"],
    });
    const empty = targetOf("empty", [], { unroutable: [{ id: "b", reason: "down" }] });
    expect(ask("chat", { targets: [target, empty] })).toEqual({
      kind: "none_ready",
      alias: "chat",
      out: [{ id: "a", reason: "loading" }],
    });
  });
});

describe("an endpoint that some servers do not have", () => {
  const without = (id: string, ...lacks: readonly string[]): Candidate => ({
    ...candidateOf(id),
    lacks: new Set(lacks),
  });
  const out = (id: string, ...lacks: readonly string[]) =>
    ({ id, reason: "loading", lacks: new Set(lacks) }) as const;
  const lame = without("a", "rerank", "embeddings");

  test.each<[string, World, string]>([
    ["leads to one that has it", { targets: [targetOf("chat", [lame, b])] }, "b"],
    [
      "leads to one that has it, though that one was tried and is suspect",
      { targets: [targetOf("chat", [lame, b])], tried: ["b"], evidence: { b: DOWN } },
      "b",
    ],
    ["leads past ranks", { targets: [targetOf("chat", [lame, ordered("b", 3)])] }, "b"],
    ["leads anywhere where it is another one", { targets: [targetOf("chat", [without("a", "x")])] }, "a"],
    ["leads nowhere where none has it", { targets: [targetOf("chat", [lame])] }, "unsupported_endpoint"],
    [
      "leads nowhere where one that is not ready has it not either",
      { targets: [targetOf("chat", [lame], { unroutable: [out("b", "rerank")] })] },
      "unsupported_endpoint",
    ],
    [
      "leads nowhere where none is ready and none has it",
      { targets: [targetOf("chat", [], { unroutable: [out("a", "rerank")] })] },
      "unsupported_endpoint",
    ],
    [
      "is waited for where one that is not ready may have it",
      { targets: [targetOf("chat", [lame], { unroutable: [{ id: "b", reason: "loading" }] })] },
      "none_ready",
    ],
    [
      "is waited for where the one that has it is ejected",
      { targets: [targetOf("chat", [lame, b])], evidence: { b: WRONG_NAME } },
      "none_ready",
    ],
    [
      "is full where the one that has it is",
      { targets: [targetOf("chat", [lame, limited("b", 1)])], busy: { b: 1 } },
      "all_full",
    ],
    [
      "leads to a fallback that has it",
      { targets: [targetOf("chat", [lame], { fallbacks: ["spare"] }), targetOf("spare", [c])] },
      "c",
    ],
    [
      "is waited for where a fallback that has it is not ready",
      {
        targets: [
          targetOf("chat", [lame], { fallbacks: ["other", "spare"] }),
          targetOf("other", [without("b", "rerank")]),
          targetOf("spare", [], { unroutable: [{ id: "c", reason: "loading" }] }),
        ],
      },
      "none_ready",
    ],
    [
      "leads nowhere where no fallback has it",
      {
        targets: [
          targetOf("chat", [lame], { fallbacks: ["spare"] }),
          targetOf("spare", [without("c", "rerank")]),
        ],
      },
      "unsupported_endpoint",
    ],
  ])("%s", (_case, world, expected) => {
    expect(outcome("chat", { ...world, endpoint: "rerank" })).toBe(expected);
    expect(outcome("chat", { targets: [targetOf("chat", [a])] })).toBe("a");
  });

  test("none ready names those alone that may have it", () => {
    const target = targetOf("chat", [lame], { unroutable: [out("b", "rerank"), out("c", "embeddings")] });
    expect(ask("chat", { targets: [target], endpoint: "rerank" })).toMatchObject({
      kind: "none_ready",
      out: [{ id: "c", reason: "loading" }],
    });
  });

  test("what is missing everywhere is told", () => {
    const target = targetOf("chat", [lame, without("b", "rerank", "completions")], {
      unroutable: [out("c", "completions", "rerank")],
    });
    expect(ask("chat", { targets: [target], endpoint: "rerank" })).toEqual({
      kind: "unsupported_endpoint",
      missing: new Set(["rerank"]),
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
const PLAIN = candidateOf("any");
const NAMES = ["chat", "small", "spare"] as const;
const someIds = fc.uniqueArray(fc.constantFrom(...IDS), { maxLength: IDS.length });

const anyTarget = (alias: string) =>
  fc.record({
    alias: fc.constant(alias),
    mode: fc.constant("chat"),
    routable: someIds.chain((ids) =>
      fc.tuple(
        ...ids.map((id) =>
          fc
            .record({
              order: fc.integer({ min: 0, max: 2 }),
              lacks: fc.constantFrom(null, null, new Set([ENDPOINT]), new Set(["another"])),
              max: fc.option(fc.integer({ min: 1, max: 3 })),
              weight: fc.integer({ min: 0, max: 3 }),
            })
            .map(({ order, lacks, max, weight }): Candidate => ({
              ...PLAIN,
              id,
              lacks,
              deployment: { ...PLAIN.deployment, id, alias, order, weight, maxParallel: max },
            })),
        ),
      ),
    ),
    unroutable: someIds.map((ids) => ids.map((id) => ({ id: `out-${id}`, reason: "down" as Reason }))),
    fallbacks: fc.array(fc.constantFrom(...NAMES, "nowhere"), { maxLength: 4 }),
    contextWindowFallbacks: fc.constant([]),
    serves: fc.constant(null),
  }) as fc.Arbitrary<Omit<Target, "leading">>;

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

type AnyWorld = typeof anyWorld extends fc.Arbitrary<infer T> ? T : never;

/** What is decided, and what by the rules there is to decide between. */
function decideIn(world: AnyWorld) {
  const sorted = world.targets.map((target) => ({
    ...target,
    ...ranked(target.routable),
  }));
  const table = tableOf(sorted, { left: "why" });
  const evidence = (id: string) => world.evidence[id] ?? null;
  const inFlight = (id: string) => world.busy[id] ?? 0;
  const decision = decide(
    { name: world.name, endpoint: ENDPOINT, tried: new Set(world.tried) },
    {
      ...fleetSignals({ strategy: world.strategy, random: () => world.dice, inFlight, evidence }),
      table,
      isSnapshotUsable: world.stateHolds,
    },
  );
  const target = table.targets.get(world.name);
  const fit = ({ id }: Candidate) => evidence(id)?.definite !== true;
  const free = ({ id, deployment: { maxParallel } }: Candidate) =>
    maxParallel === null || inFlight(id) < maxParallel;
  const has = ({ lacks }: Candidate) => lacks?.has(ENDPOINT) !== true;
  const asked = [world.name, ...(target?.fallbacks ?? [])].flatMap((name) => table.targets.get(name) ?? []);
  const candidates =
    asked
      .map(({ routable }) => routable.filter((one) => has(one) && fit(one) && free(one)))
      .find((available) => available.length > 0) ?? [];
  const refusals = asked.map(({ routable, unroutable }) => {
    const having = routable.filter(has);
    if (having.some(fit)) return "all_full";
    return having.length + unroutable.length > 0 || routable.length === 0
      ? "none_ready"
      : "unsupported_endpoint";
  });
  const refusal = refusals.find((kind) => kind !== "unsupported_endpoint") ?? "unsupported_endpoint";
  return {
    decision,
    target,
    candidates,
    refusal: refusals[0] === "unsupported_endpoint" ? refusal : refusals[0],
  };
}

function expectedKind(world: AnyWorld, { target, candidates, refusal }: ReturnType<typeof decideIn>) {
  if (target === undefined) return world.name === "left" ? "left_out" : "unknown_model";
  if (!world.stateHolds) return "state_refused";
  return candidates.length > 0 ? "forward" : refusal;
}

describe("whatever the table, the evidence and the load", () => {
  test("every request gets the decision it should, and goes to nothing unroutable, ejected or full", () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const found = decideIn(world);
        expect(found.decision.kind).toBe(expectedKind(world, found));
        const { decision, candidates } = found;
        expect(decision.kind !== "forward" || candidates.includes(decision.candidate)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("an untried one goes before a tried one, an unsuspected one before a suspect, one with a weight before a backup, a low order before a high", () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const { decision, candidates } = decideIn(world);
        fc.pre(decision.kind === "forward");
        const rank = ({ id, deployment: { order, weight } }: Candidate) => {
          const choice = world.tried.some((one) => one === id) ? 2 : world.evidence[id] === undefined ? 0 : 1;
          return choice * 100 + (weight === 0 ? 10 : 0) + order;
        };
        expect(rank(decision.candidate)).toBe(Math.min(...candidates.map(rank)));
      }),
      { numRuns: 1_000 },
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
