import * as fc from "fast-check";
import { KINDS, REASON_CODES, WARNINGS, type Snapshot, type Verdict, type Warning } from "../src/index.ts";

const time = fc.nat({ max: 4_102_444_800_000 });
const words = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }));

const served = fc
  .tuple(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      version: fc.option(words),
      root: fc.option(words),
      parent: fc.option(words),
      maxModelLen: fc.option(fc.nat()),
    }),
    fc.record({ missing: fc.array(words, { maxLength: 5 }) }, { requiredKeys: [] }),
  )
  .map(([always, sometimes]) => ({ ...always, ...sometimes }));

const history = fc.record({ loadTimesMs: fc.array(time), falls: fc.array(time) });

const drained = fc
  .tuple(
    fc.record({ since: time, by: words, observed: fc.constantFrom(...REASON_CODES) }),
    fc.record({ reason: words }, { requiredKeys: [] }),
  )
  .map(([always, sometimes]) => ({ ...always, ...sometimes }));

const told = fc.record({
  deployment: words,
  alias: words,
  check: words,
  ready: fc.boolean(),
  nameMatches: fc.option(fc.boolean()),
  reason: fc.constantFrom(...REASON_CODES),
  warnings: fc.subarray(Object.keys(WARNINGS) as Warning[]),
  expected: words,
  found: fc.array(words, { maxLength: 5 }),
  detail: words,
  hint: words,
  since: time,
  observedAt: time,
  lastGoodAt: fc.option(time),
});

const verdict: fc.Arbitrary<Verdict> = fc
  .tuple(
    told,
    fc.record({ served, history, drained, readyInMs: time, refusedSince: time }, { requiredKeys: [] }),
  )
  .map(([always, sometimes]) => ({ ...always, ...sometimes }));

/** Any snapshot at all. */
export const snapshots: fc.Arbitrary<Snapshot> = fc.record({
  sequence: fc.nat(),
  writtenAt: time,
  intervalMs: fc.nat(),
  prober: fc.record({ instance: words, startedAt: time }),
  config: words,
  verdicts: fc.array(verdict, { maxLength: 5 }),
});

/** One snapshot with one verdict, as good as any. */
export const SNAPSHOT: Snapshot = {
  sequence: 7,
  writtenAt: 1_700_000_000_000,
  intervalMs: 2_000,
  prober: { instance: "prober-1", startedAt: 1_690_000_000_000 },
  config: "0123456789abcdef",
  verdicts: [
    {
      deployment: "chat-0a1b2c",
      alias: "chat",
      check: "fedcba9876543210",
      ready: true,
      nameMatches: false,
      reason: "wrong_name",
      warnings: ["saturated"],
      expected: "served",
      found: ["other"],
      detail: "serves other",
      hint: "",
      since: 1_699_999_000_000,
      observedAt: 1_699_999_999_000,
      lastGoodAt: null,
    },
  ],
};
