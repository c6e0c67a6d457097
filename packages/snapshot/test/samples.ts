import {
  isRecord,
  isSameValue,
  ok,
  err,
  VERDICTS,
  type Snapshot,
  type SnapshotHeader,
  type SnapshotKind,
  type Verdict,
} from "@rollcall/contract";
import { recordsOf, withRecords } from "../src/whole.ts";

/** One run of a writer. */
export interface Run {
  readonly instance: string;
  readonly startedAt: number;
}

export const RUN: Run = { instance: "prober-1", startedAt: 1_700_000_000_000 };

/** A kind, and what its writers say. */
export interface Sample<Whole extends SnapshotHeader, Item> {
  readonly kind: SnapshotKind<Whole, Item>;
  /** The nth snapshot of a run. All of it follows from n, so that a mixture of two is found out; the next differs in a few records. */
  readonly of: (sequence: number, run?: Run) => Whole;
  readonly runOf: (snapshot: Whole) => Run;
  /** The text of a snapshot with a record that is not as expected, and how that is told. */
  readonly spoil: (text: string) => string;
  readonly spoilt: RegExp;
}

/** How many records there are, and which value each has: every eighth changes with the next. */
const COUNT = 40;
const countOf = (sequence: number) => COUNT + (sequence % 5);
const valueOf = (sequence: number, index: number) => Math.floor((sequence + index) / 8);

export const snapshotOf = (sequence: number, run: Run = RUN): Snapshot => ({
  sequence,
  writtenAt: run.startedAt + sequence * 1_000,
  intervalMs: 1_000,
  prober: { instance: run.instance, startedAt: run.startedAt },
  config: `config of ${sequence}`,
  verdicts: Array.from({ length: countOf(sequence) }, (_, index) =>
    verdictOf(index, valueOf(sequence, index)),
  ),
});

export function verdictOf(index: number, value: number): Verdict {
  return {
    deployment: `deployment ${index}`,
    alias: `alias ${index}`,
    check: `${value}`,
    ready: index % 2 === 0,
    nameMatches: index % 3 === 0,
    reason: index % 2 === 0 ? "ok" : "loading",
    warnings: [],
    expected: "served",
    found: Array.from({ length: index % 5 }, (_, name) => `served ${name}\n of ${value}`),
    detail: "é".repeat((value * index) % 200),
    hint: "",
    since: 1_700_000_000_000 + value,
    observedAt: 1_700_000_000_000 + value,
    lastGoodAt: null,
  };
}

export const VERDICT_SAMPLE: Sample<Snapshot, Verdict> = {
  kind: VERDICTS,
  of: snapshotOf,
  runOf: ({ prober }) => prober,
  spoil: (text) => text.replace('"reason":"loading"', '"reason":5'),
  spoilt: /^verdicts\[\d+\]\.reason is not as expected$/,
};

/** A kind that shares nothing with verdicts. */
interface Toy {
  readonly id: string;
  readonly size: number;
}

interface Toys extends SnapshotHeader {
  readonly box: string;
  readonly since: number;
  readonly toys: readonly Toy[];
}

const TOYS: SnapshotKind<Toys, Toy> = {
  name: "toys",
  version: 5,
  list: "toys",
  keyOf: ({ id }) => id,
  instanceOf: ({ box }) => box,
  isSame: isSameValue,
  headerFault: ({ box }) => (typeof box === "string" ? null : "box is not a string"),
  readRecord: (toy) =>
    isRecord(toy) && typeof toy["size"] === "number" ? ok(toy as unknown as Toy) : err("size"),
};

export const TOY_SAMPLE: Sample<Toys, Toy> = {
  kind: TOYS,
  of: (sequence, run = RUN) => ({
    sequence,
    writtenAt: run.startedAt + sequence * 1_000,
    intervalMs: 3_000,
    box: run.instance,
    since: run.startedAt,
    toys: Array.from({ length: countOf(sequence) }, (_, index) => ({
      id: `toy ${index}`,
      size: valueOf(sequence, index),
    })),
  }),
  runOf: ({ box, since }) => ({ instance: box, startedAt: since }),
  spoil: (text) => text.replace('"size":', '"weight":'),
  spoilt: /^toys\[\d+\]\.size is not as expected$/,
};

/** Records have no order: for comparison, one. */
export function inOrder<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  snapshot: Whole,
): Whole {
  const keyed = recordsOf(kind, snapshot).map((record) => [kind.keyOf(record), record] as const);
  const sorted = keyed.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, record]) => record);
  return withRecords(kind, snapshot, sorted);
}

/** Is it, to the last letter, what its writer said under this number? */
export function isWhole<Whole extends SnapshotHeader, Item>(
  { kind, of, runOf }: Sample<Whole, Item>,
  snapshot: Whole,
): boolean {
  const written = of(snapshot.sequence, runOf(snapshot));
  return isSameValue(inOrder(kind, snapshot), inOrder(kind, written));
}
