import { isProven, parseSnapshot, printSnapshot, REASONS, type Reason } from "@rollcall/contract";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { snapshotOf, trackOf } from "../../test/tracks.ts";
import { advance, type Thresholds } from "./advance.ts";
import { judge } from "./judge.ts";
import { absent, fault, type Outcome } from "./outcome.ts";
import type { ModelsReading } from "./read-models.ts";
import { resumeTrack, type Track } from "./track.ts";

const EXPECTED = "llama";

/** What one probe brings, and how long after the one before. */
interface Step {
  readonly models: ModelsReading;
  readonly health: Outcome | null;
  readonly afterMs: number;
}

interface Walk {
  readonly start: Track;
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
  fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => ({ kind: "models" as const, names })),
  fc.constantFrom(...FAULTS).map((reason) => fault(reason, "told") as ModelsReading),
  fc.constant(absent("connection refused") as ModelsReading),
);

const health = fc.constantFrom(null, null, fault("engine_dead", "told"), absent("it loads"));

const afterMs = fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 7_200_000 }));

const steps = fc.array(fc.record({ models, health, afterMs }), { maxLength: 40 });

const thresholds = fc.record({
  failures: fc.integer({ min: 1, max: 4 }),
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
    return resumeTrack(trackOf({}, { reason, ready, hint, nameMatches: reason === "ok" }).verdict);
  });

const walks: fc.Arbitrary<Walk> = fc.record({
  start: fc.oneof(fc.constant(trackOf()), start),
  steps,
  thresholds,
});

interface Reached {
  readonly track: Track;
  readonly outcome: Outcome;
  readonly now: number;
}

/** Every state on the way, the first one left out. */
function follow({ start: from, steps: way, thresholds: limits }: Walk): readonly Reached[] {
  let track = from;
  let now = 1_000;
  return way.map(({ models: reading, health: word, afterMs: wait }) => {
    now += wait;
    const outcome = judge(reading, word, EXPECTED);
    track = advance(track, outcome, { thresholds: limits, now });
    return { track, outcome, now };
  });
}

/** Where a walk ends. */
function end(walk: Walk): { track: Track; now: number } {
  return follow(walk).at(-1) ?? { track: walk.start, now: 1_000 };
}

const GOOD: Outcome = { kind: "ready", found: [EXPECTED] };

/** So many walks that each pair of kinds of steps is met many times. */
const MANY = { numRuns: 500 };

it("one good answer leads from every reachable state to ready", () => {
  fc.assert(
    fc.property(walks, (walk) => {
      const { track, now } = end(walk);
      const next = advance(track, GOOD, { thresholds: walk.thresholds, now: now + 1 });
      expect(next.verdict).toMatchObject({
        ready: true,
        nameMatches: true,
        reason: "ok",
        observedAt: now + 1,
      });
      expect(next.failures).toBe(0);
    }),
    MANY,
  );
});

it("a deployment is proven when its last answer that was no transient failure was good, and never otherwise", () => {
  fc.assert(
    fc.property(walks, (walk) => {
      let proven = isProven(walk.start.verdict);
      let inARow = 0;
      for (const { track, outcome } of follow(walk)) {
        const transient =
          outcome.kind === "absent" || (outcome.kind === "fault" && !REASONS[outcome.reason].definite);
        inARow = transient ? inARow + 1 : 0;
        if (!transient) proven = outcome.kind === "ready";
        else if (inARow >= walk.thresholds.failures) proven = false;
        expect(isProven(track.verdict)).toBe(proven);
      }
    }),
    MANY,
  );
});

it("none is ever proven whose last model list lacked the expected name", () => {
  fc.assert(
    fc.property(walks, (walk) => {
      let lacks = !isProven(walk.start.verdict);
      for (const [index, { track }] of follow(walk).entries()) {
        const reading = walk.steps[index]?.models;
        if (reading?.kind === "models") lacks = !reading.names.includes(EXPECTED);
        expect(isProven(track.verdict) && lacks).toBe(false);
      }
    }),
    MANY,
  );
});

it("no state is a trap: whatever keeps coming is told within the threshold", () => {
  fc.assert(
    fc.property(walks, models, health, (walk, reading, word) => {
      const repeated = Array.from({ length: walk.thresholds.failures }, () => ({
        models: reading,
        health: word,
        afterMs: 1,
      }));
      const { track, now } = end({ ...walk, steps: [...walk.steps, ...repeated] });
      const outcome = judge(reading, word, EXPECTED);
      expect(track.verdict.observedAt).toBe(now);
      if (outcome.kind === "fault") expect(track.verdict.reason).toBe(outcome.reason);
      if (outcome.kind === "ready") expect(track.verdict.reason).toBe("ok");
      if (outcome.kind === "absent")
        expect(["loading", "overdue", "down", "crash_loop"]).toContain(track.verdict.reason);
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
      const { track } = end({ ...walk, thresholds: forgiven, steps: [...walk.steps, ...lasting] });
      expect(track.verdict.reason).toBe("down");
    }),
    MANY,
  );
});

it("the time of the evidence never goes back, and since moves with the reason alone", () => {
  fc.assert(
    fc.property(walks, (walk) => {
      let before = walk.start.verdict;
      for (const { track, now } of follow(walk)) {
        const { verdict } = track;
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

it("a deployment that was asked is never unknown again, and ok and its hint come and go together", () => {
  fc.assert(
    fc.property(walks, (walk) => {
      for (const { track } of follow(walk)) {
        const { reason, hint } = track.verdict;
        expect(reason).not.toBe("unknown");
        expect(hint === "").toBe(reason === "ok");
        expect(isProven(track.verdict)).toBe(reason === "ok");
      }
    }),
    MANY,
  );
});

it("every state can be written, read again and gone on from, and its memory is bounded", () => {
  fc.assert(
    fc.property(walks, (walk) => {
      for (const { track } of follow(walk)) {
        const snapshot = snapshotOf([track.verdict]);
        expect(parseSnapshot(printSnapshot(snapshot))).toEqual({ ok: true, value: snapshot });
        expect(resumeTrack(track.verdict).verdict).toBe(track.verdict);
        expect(track.falls.length).toBeLessThanOrEqual(10);
        expect(track.loadTimesMs.length).toBeLessThanOrEqual(10);
      }
    }),
  );
});
