import { isRoutable, REASONS, VERDICTS, type Reason } from "@rollcall/contract";
import { parseSnapshot, printSnapshot } from "@rollcall/snapshot";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { configOf } from "../test/configs.ts";
import { cardOf, loadOf, serves, resultOf } from "../test/probe-results.ts";
import { snapshotOf, instant } from "../test/deployment-histories.ts";
import { absent, fault } from "./read/outcome.ts";
import type { ModelsReading } from "./read/outcome.ts";
import type { ProbeResult } from "./read/probe-result.ts";
import { targetsOf } from "./remember/target.ts";
import { Fleet, type Judged, type Judging } from "./fleet.ts";

const NAMES = ["llama", "qwen", "sql"] as const;

const config = configOf(NAMES.map((model) => ({ id: model, alias: model, model })));
const targetId = config.backends.flatMap(targetsOf)[0]?.id ?? "";

type Thresholds = Judging["thresholds"];

/** One look and how long after the one before. */
interface Step {
  readonly result: ProbeResult;
  readonly afterMs: number;
}

const FAULTS = [
  "dns",
  "tls",
  "timeout",
  "wrong_key",
  "wrong_path",
  "not_openai",
  "proxy_error",
  "server_error",
  "no_models",
] as const satisfies readonly Reason[];

const card = fc.record({
  id: fc.constantFrom(...NAMES, "base"),
  root: fc.constantFrom("/a", "/b", null),
  parent: fc.constantFrom(null, null, "base"),
  maxModelLen: fc.constantFrom(null, 4_096, 8_192),
  state: fc.constantFrom(null, null, null, "loading", "sleeping"),
});

const models: fc.Arbitrary<ModelsReading> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .uniqueArray(card, { minLength: 1, maxLength: 4, selector: ({ id }) => id })
      .map((cards) => ({ kind: "models" as const, cards: cards.map(({ id, ...rest }) => cardOf(id, rest)) })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...FAULTS).map((reason) => fault(reason, "told") as ModelsReading),
  },
  { weight: 1, arbitrary: fc.constant(absent("connection refused") as ModelsReading) },
);

const load = fc.option(
  fc.record({
    running: fc.nat({ max: 3 }),
    waiting: fc.nat({ max: 3 }),
    kvUsage: fc.constantFrom(null, 0, 0.5, 1),
    progress: fc.nat({ max: 3 }),
    awake: fc.constantFrom(true, true, true, false),
    startedAt: fc.constantFrom(null, 1_000, 50_000),
  }),
);

const result: fc.Arbitrary<ProbeResult> = fc
  .record({
    models,
    health: fc.constantFrom(null, null, null, fault("engine_dead", "told"), absent("it loads")),
    otherNames: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fc.subarray([...NAMES]), { maxLength: 4 }) },
    ),
    load,
    version: fc.constantFrom(null, "0.1", "0.2"),
    skewMs: fc.constantFrom(null, 0, 120_000),
  })
  .map((fields) => resultOf({ ...fields, load: fields.load === null ? null : loadOf(fields.load) }));

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    result,
    afterMs: fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 7_200_000 })),
  }),
  { maxLength: 30 },
);

const thresholds: fc.Arbitrary<Thresholds> = fc.record({
  failures: fc.integer({ min: 1, max: 4 }),
  successes: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 })),
  loadTimeMs: fc.integer({ min: 10, max: 3_600_000 }),
  stallTimeMs: fc.integer({ min: 10, max: 600_000 }),
});

/** A fleet that has seen all this, and the time of the last look. */
class Walk {
  readonly fleet = new Fleet();
  readonly #thresholds: Thresholds;
  now = 1_000;

  constructor(limits: Thresholds, way: readonly Step[] = []) {
    this.#thresholds = limits;
    this.fleet.adopt(config, null, instant(this.now));
    for (const step of way) this.see(step);
  }

  judge({ result: seen, afterMs }: Step): { judged: Judged; judging: Judging } {
    const judging = { thresholds: this.#thresholds, now: instant(this.now + afterMs) };
    return { judged: this.fleet.judge(targetId, seen, judging), judging };
  }

  see(step: Step): Judged {
    const { judged, judging } = this.judge(step);
    this.fleet.record(judged, judging);
    this.now = judging.now.wall;
    return judged;
  }
}

const MANY = { numRuns: 500 };

it("good looks lead from every reachable state to ready, within as many as the config says, or eight", () => {
  fc.assert(
    fc.property(steps, thresholds, (way, limits) => {
      const walk = new Walk(limits, way);
      // One more where two servers were met: a first clean look is not believed yet.
      for (let count = 0; count <= Math.max(limits.successes, 8); count += 1)
        walk.see({ result: resultOf({ models: serves(...NAMES), load: loadOf() }), afterMs: 1 });
      expect(walk.fleet.verdicts().map(({ reason }) => reason)).toEqual(["ok", "ok", "ok"]);
      expect(walk.fleet.verdicts().every(isRoutable)).toBe(true);
    }),
    MANY,
  );
});

it("none is ever proven whose name was not among the cards of the last model list", () => {
  fc.assert(
    fc.property(steps, thresholds, (way, limits) => {
      const walk = new Walk(limits);
      let served: readonly string[] = [];
      for (const step of way) {
        walk.see(step);
        const { models: reading } = step.result;
        if (reading.kind === "models") served = reading.cards.map(({ id }) => id);
        for (const verdict of walk.fleet.verdicts())
          expect(isRoutable(verdict) && !served.includes(verdict.expected)).toBe(false);
      }
    }),
    MANY,
  );
});

it("every state has a way out: whatever is seen again and again is what is told", () => {
  fc.assert(
    fc.property(steps, thresholds, result, (way, limits, seen) => {
      const walk = new Walk(limits, way);
      let judged: Judged | null = null;
      const count = Math.max(limits.failures, limits.successes, 8) + 2;
      for (let look = 0; look < count; look += 1) judged = walk.see({ result: seen, afterMs: 1 });
      for (const { deployment, outcome } of judged?.outcomes ?? []) {
        const verdict = walk.fleet.verdicts().find((one) => one.deployment === deployment.id);
        expect(verdict?.observedAt).toBe(walk.now);
        if (outcome.kind === "absent") expect(ABSENT).toContain(verdict?.reason);
        else expect(verdict?.reason).toBe(outcome.kind === "ready" ? "ok" : outcome.reason);
      }
    }),
    MANY,
  );
});

const ABSENT = ["loading", "overdue", "down", "crash_loop"];

it("a definite finding acts on the probe that makes it, and a transient one never before its count", () => {
  fc.assert(
    fc.property(steps, thresholds, (way, limits) => {
      const walk = new Walk(limits);
      for (const step of way) {
        const before = new Map(walk.fleet.verdicts().map((verdict) => [verdict.deployment, verdict]));
        const { outcomes } = walk.see(step);
        for (const { deployment, outcome } of outcomes) {
          const history = walk.fleet
            .historiesOn(targetId)
            .find(({ verdict }) => verdict.deployment === deployment.id);
          if (outcome.kind === "fault" && REASONS[outcome.reason].definite) {
            expect(history?.verdict.reason).toBe(outcome.reason);
            expect(history?.failures).toBe(0);
          } else if (outcome.kind !== "ready" && (history?.failures ?? 0) < limits.failures) {
            const earlier = before.get(deployment.id);
            if (earlier?.ready === true) expect(history?.verdict.reason).toBe(earlier.reason);
          }
        }
      }
    }),
    MANY,
  );
});

it("to judge changes nothing, and the same look at the same state is judged the same", () => {
  fc.assert(
    fc.property(steps, thresholds, result, (way, limits, seen) => {
      const walk = new Walk(limits, way);
      const before = structuredClone([walk.fleet.verdicts(), walk.fleet.state(targetId)]);
      const step = { result: seen, afterMs: 7 };
      expect(walk.judge(step)).toEqual(walk.judge(step));
      expect([walk.fleet.verdicts(), walk.fleet.state(targetId)]).toEqual(before);
    }),
  );
});

it("only what is ready under its name warns, and every state can be written and read again", () => {
  fc.assert(
    fc.property(steps, thresholds, (way, limits) => {
      const walk = new Walk(limits);
      for (const step of way) {
        walk.see(step);
        const verdicts = walk.fleet.verdicts();
        for (const verdict of verdicts)
          expect(verdict.warnings.length === 0 || isRoutable(verdict)).toBe(true);
        const snapshot = snapshotOf(verdicts);
        expect(parseSnapshot(VERDICTS, printSnapshot(VERDICTS, snapshot))).toEqual({
          ok: true,
          value: snapshot,
        });
      }
    }),
  );
});
