import { isRoutable, REASON_CODES, REASONS, VERDICTS, type Reason } from "@rollcall/contract";
import { parseSnapshot, printSnapshot } from "@rollcall/snapshot";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { serves, resultOf } from "../../test/probe-results.ts";
import { readyOutcome, snapshotOf, historyOf, instant } from "../../test/deployment-histories.ts";
import { advance, type Thresholds } from "./advance.ts";
import { judge } from "./judge.ts";
import { NOTHING_KNOWN } from "../remember/backend-state.ts";
import { absent, fault, type Outcome } from "../read/outcome.ts";
import type { ModelsReading } from "../read/outcome.ts";
import { resumeHistory, type DeploymentHistory } from "../remember/deployment-history.ts";

const EXPECTED = "llama";

/** What one probe brings, and how long after the one before. */
interface Step {
  readonly models: ModelsReading;
  readonly health: Outcome | null;
  readonly afterMs: number;
}

interface Walk {
  readonly start: DeploymentHistory;
  readonly steps: readonly Step[];
  readonly thresholds: Thresholds;
}

/** Every fault that a reading of `/models` can be. */
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

const name = fc.constantFrom(EXPECTED, "llama-2", "lla", "Llama", "qwen");

const models: fc.Arbitrary<ModelsReading> = fc.oneof(
  fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => serves(...names)),
  fc.constantFrom(...FAULTS).map((reason) => fault(reason, "told") as ModelsReading),
  fc.constant(absent("connection refused") as ModelsReading),
);

const health = fc.constantFrom(null, null, fault("engine_dead", "told"), absent("it loads"));

const afterMs = fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 7_200_000 }));

const steps = fc.array(fc.record({ models, health, afterMs }), { maxLength: 40 });

const thresholds = fc.record({
  failures: fc.integer({ min: 1, max: 4 }),
  successes: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 })),
  loadTimeMs: fc.integer({ min: 10, max: 3_600_000 }),
});

/** From nothing, or from what an earlier run left. */
const start = fc
  .constantFrom<Reason>(
    "ok",
    "loading",
    "overdue",
    "down",
    "crash_loop",
    "wrong_name",
    "wrong_key",
    "timeout",
  )
  .map((reason) => {
    const ready = reason === "ok" || reason === "wrong_name";
    const hint = reason === "ok" ? "" : "told";
    return resumeHistory(
      historyOf({}, { reason, ready, hint, nameMatches: reason === "ok" }).verdict,
      instant(0),
    );
  });

const walks: fc.Arbitrary<Walk> = fc.record({
  start: fc.oneof(fc.constant(historyOf()), start),
  steps,
  thresholds,
});

interface Reached {
  readonly history: DeploymentHistory;
  readonly outcome: Outcome;
  readonly now: number;
}

function judged(reading: ModelsReading, word: Outcome | null, { verdict }: DeploymentHistory): Outcome {
  const result = resultOf({ models: reading, health: word });
  return judge({ result, state: NOTHING_KNOWN, diagnosis: null }, verdict);
}

/** So many good probes in a row take anything in. */
function enough({ successes }: Thresholds): number {
  return Math.max(successes, 8);
}

/** Every state on the way, the first one left out. */
function follow({ start: from, steps: way, thresholds: limits }: Walk): readonly Reached[] {
  let history = from;
  let now = 1_000;
  return way.map(({ models: reading, health: word, afterMs: wait }) => {
    now += wait;
    const outcome = judged(reading, word, history);
    history = advance(history, outcome, { thresholds: limits, now: instant(now) });
    return { history, outcome, now };
  });
}

/** Where a walk ends. */
function end(walk: Walk): { history: DeploymentHistory; now: number } {
  return follow(walk).at(-1) ?? { history: walk.start, now: 1_000 };
}

const GOOD = readyOutcome(EXPECTED);

/** So many walks that each pair of kinds of steps is met many times. */
const MANY = { numRuns: 500 };

it("good answers lead from every reachable state to ready, within as many as the config says, or eight", () => {
  fc.assert(
    fc.property(walks, (walk) => {
      const { thresholds: limits } = walk;
      let { history, now } = end(walk);
      for (let count = 0; count < enough(limits); count += 1) {
        now += 1;
        history = advance(history, GOOD, { thresholds: limits, now: instant(now) });
      }
      expect(history.verdict).toMatchObject({
        ready: true,
        nameMatches: true,
        reason: "ok",
        observedAt: now,
      });
      expect([history.failures, history.successes, history.absentSince]).toEqual([0, 0, null]);
    }),
    MANY,
  );
});

it("one good answer keeps what is proven and takes in what was not lost of late, where the config asks for one", () => {
  fc.assert(
    fc.property(walks, (walk) => {
      const { history, now } = end(walk);
      const later = now + 15 * 60_000;
      const next = advance(history, GOOD, {
        thresholds: { ...walk.thresholds, successes: 1 },
        now: instant(later),
      });
      expect(isRoutable(next.verdict)).toBe(true);
    }),
    MANY,
  );
});

/** What a walk must come to, told in other words: one deployment's losses and counts. */
class Expectation {
  #losses: number[] = [];
  #bad = 0;
  #good = 0;
  proven: boolean;
  readonly #limits: Thresholds;

  constructor({ start: { verdict }, thresholds: limits }: Walk) {
    this.proven = isRoutable(verdict);
    this.#limits = limits;
  }

  see(outcome: Outcome, now: number): void {
    const good = outcome.kind === "ready";
    const transient = outcome.kind === "absent" || (!good && !REASONS[outcome.reason].definite);
    this.#bad = transient ? this.#bad + 1 : 0;
    this.#good = good ? this.#good + 1 : 0;
    if (good && this.#good >= this.#needed(now)) this.proven = true;
    if (!good && !transient) this.proven = false;
    if (this.#bad < this.#limits.failures) return;
    if (this.proven) this.#losses.push(now);
    this.proven = false;
  }

  #needed(now: number): number {
    const recent = this.#losses.filter((at) => at > now - 15 * 60_000).length;
    return Math.max(this.#limits.successes, [1, 1, 2, 4][recent] ?? 8);
  }
}

it("a deployment is proven after enough good answers in a row, until one is definite or enough are not good", () => {
  fc.assert(
    fc.property(walks, (walk) => {
      const expectation = new Expectation(walk);
      for (const { history, outcome, now } of follow(walk)) {
        expectation.see(outcome, now);
        expect(isRoutable(history.verdict)).toBe(expectation.proven);
      }
    }),
    { numRuns: 2_000 },
  );
});

it("a definite finding acts on one probe, from every reachable state", () => {
  const definite = fc.constantFrom(
    ...REASON_CODES.filter((reason) => reason !== "ok" && REASONS[reason].definite),
  );
  fc.assert(
    fc.property(walks, definite, (walk, reason) => {
      const { history, now } = end(walk);
      const named = reason === "wrong_name" || reason === "adapter_gone";
      const finding = { ...fault(reason, "told"), nameMatches: named ? false : null };
      const next = advance(history, finding, { thresholds: walk.thresholds, now: instant(now + 1) });
      expect(next.verdict).toMatchObject({ reason, detail: "told", observedAt: now + 1 });
      expect(isRoutable(next.verdict)).toBe(false);
    }),
    MANY,
  );
});

it("every result sets the count of the opposite one to zero", () => {
  fc.assert(
    fc.property(walks, (walk) => {
      for (const { history, outcome } of follow(walk)) {
        if (outcome.kind === "ready") expect(history.failures).toBe(0);
        else expect(history.successes).toBe(0);
      }
    }),
    MANY,
  );
});

it("none is ever proven whose last model list lacked the expected name", () => {
  fc.assert(
    fc.property(walks, (walk) => {
      let lacks = !isRoutable(walk.start.verdict);
      for (const [index, { history }] of follow(walk).entries()) {
        const reading = walk.steps[index]?.models;
        if (reading?.kind === "models") lacks = reading.cards.every(({ id }) => id !== EXPECTED);
        expect(isRoutable(history.verdict) && lacks).toBe(false);
      }
    }),
    MANY,
  );
});

it("no state is a trap: whatever keeps coming is told within the threshold", () => {
  fc.assert(
    fc.property(walks, models, health, (walk, reading, word) => {
      const count = Math.max(walk.thresholds.failures, enough(walk.thresholds));
      const repeated = Array.from({ length: count }, () => ({
        models: reading,
        health: word,
        afterMs: 1,
      }));
      const { history, now } = end({ ...walk, steps: [...walk.steps, ...repeated] });
      const outcome = judged(reading, word, history);
      expect(history.verdict.observedAt).toBe(now);
      if (outcome.kind === "fault") expect(history.verdict.reason).toBe(outcome.reason);
      if (outcome.kind === "ready") expect(history.verdict.reason).toBe("ok");
      if (outcome.kind === "absent")
        expect(["loading", "overdue", "down", "crash_loop"]).toContain(history.verdict.reason);
    }),
    MANY,
  );
});

it("lasting absence is called down in the end, from every reachable state", () => {
  fc.assert(
    fc.property(walks, (walk) => {
      const month = 30 * 24 * 3_600_000;
      const lasting = [0, 1, month, 1].map((wait) => ({
        models: absent("connection refused") as ModelsReading,
        health: null,
        afterMs: wait,
      }));
      const forgiven = { ...walk.thresholds, failures: 1 };
      const { history } = end({ ...walk, thresholds: forgiven, steps: [...walk.steps, ...lasting] });
      expect(history.verdict.reason).toBe("down");
    }),
    MANY,
  );
});

it("the time of the evidence never goes back, and since moves with the reason alone", () => {
  fc.assert(
    fc.property(walks, (walk) => {
      let before = walk.start.verdict;
      for (const { history, now } of follow(walk)) {
        const { verdict } = history;
        expect(verdict.observedAt).toBeGreaterThanOrEqual(before.observedAt);
        expect(verdict.observedAt).toBeLessThanOrEqual(now);
        expect(verdict.since).toBe(verdict.reason === before.reason ? before.since : now);
        expect(verdict.lastGoodAt ?? 0).toBeGreaterThanOrEqual(before.lastGoodAt ?? 0);
        before = verdict;
      }
    }),
    MANY,
  );
});

it("a deployment is unknown only until its first answers are all good enough, and ok and its hint go together", () => {
  fc.assert(
    fc.property(walks, (walk) => {
      let allGood = walk.start.verdict.reason === "unknown";
      for (const { history, outcome } of follow(walk)) {
        allGood &&= outcome.kind === "ready";
        const { reason, hint } = history.verdict;
        expect(reason === "unknown" && !allGood).toBe(false);
        expect(hint === "").toBe(reason === "ok" || reason === "unknown");
        expect(isRoutable(history.verdict)).toBe(reason === "ok");
      }
    }),
    MANY,
  );
});

it("every state can be written, read again and gone on from, and what it remembers is bounded", () => {
  fc.assert(
    fc.property(walks, (walk) => {
      for (const { history } of follow(walk)) {
        const snapshot = snapshotOf([history.verdict]);
        expect(parseSnapshot(VERDICTS, printSnapshot(VERDICTS, snapshot))).toEqual({
          ok: true,
          value: snapshot,
        });
        expect(resumeHistory(history.verdict, instant(0)).verdict).toBe(history.verdict);
        expect(history.falls.length).toBeLessThanOrEqual(10);
        expect(history.losses.length).toBeLessThanOrEqual(10);
        expect(history.loadTimesMs.length).toBeLessThanOrEqual(10);
      }
    }),
  );
});
