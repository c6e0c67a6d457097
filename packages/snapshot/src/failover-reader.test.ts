import type { Snapshot, SnapshotChange, Verdict } from "@rollcall/contract";
import { FakeClock } from "@rollcall/testkit";
import { describe, expect, test } from "vitest";
import { Recorder } from "../test/recorder.ts";
import { FailoverReader } from "./failover-reader.ts";
import type { SnapshotListener, SnapshotReader } from "./ports.ts";

const INTERVAL_MS = 2_000;

/** One prober as its reader hears it. */
class FakeProber implements SnapshotReader<Snapshot, Verdict> {
  readonly #clock: FakeClock;
  readonly #name: string;
  #sequence = 0;
  config = "now";
  closed = false;
  listener: SnapshotListener<Snapshot, Verdict> | null = null;
  /** What is there when it is first asked; without it, it never answers. */
  first: Partial<Snapshot> | null = {};

  constructor(name: string, clock: FakeClock) {
    this.#name = name;
    this.#clock = clock;
  }

  start(listener: SnapshotListener<Snapshot, Verdict>): Promise<void> {
    this.listener = listener;
    if (this.first === null) return new Promise(() => {});
    this.say(this.first);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  say(facts: Partial<Snapshot> = {}, change: SnapshotChange<Verdict> | null = null): void {
    this.#sequence += 1;
    const snapshot = {
      sequence: this.#sequence,
      writtenAt: this.#clock.now(),
      intervalMs: INTERVAL_MS,
      prober: { instance: this.#name, startedAt: 0 },
      config: this.config,
      verdicts: [],
      ...facts,
    };
    this.listener?.onSnapshot(snapshot, change);
  }
}

interface Fleet {
  readonly clock: FakeClock;
  readonly a: FakeProber;
  readonly b: FakeProber;
  readonly ours: { config: string };
  readonly reader: FailoverReader<Snapshot, Verdict>;
  readonly recorder: Recorder;
  /** Whom the snapshots came from, one after the other. */
  readonly followed: () => readonly string[];
  /** Time for one interval, in which these say that they live. */
  readonly interval: (...living: FakeProber[]) => void;
}

function fleet(): Fleet {
  const clock = new FakeClock();
  const [a, b] = [new FakeProber("a", clock), new FakeProber("b", clock)];
  const ours = { config: "now" };
  const reader = new FailoverReader([a, b], {
    clock,
    isSameConfig: ({ config }) => config === ours.config,
  });
  const recorder = new Recorder();
  return {
    clock,
    a,
    b,
    ours,
    reader,
    recorder,
    followed: () => recorder.snapshots.map(({ prober }) => prober.instance),
    interval: (...living) => {
      clock.jump(INTERVAL_MS);
      for (const prober of living) prober.say();
    },
  };
}

test("of two that live it follows one, and stays with it", async () => {
  const { a, b, reader, recorder, followed, interval } = fleet();
  await reader.start(recorder);
  for (let count = 0; count < 10; count += 1) interval(b, a);
  expect(followed()).toEqual(Array.from({ length: 11 }, () => "a"));
});

test("it switches when that one is silent, before its snapshot is stale, and stays there when it is back", async () => {
  const { a, b, clock, reader, recorder, followed, interval } = fleet();
  await reader.start(recorder);
  interval(a, b);
  const from = clock.now();
  interval(b);
  interval(b);
  expect(followed()).toEqual(["a", "a", "b"]);
  // Three intervals without an update would be stale.
  expect(clock.now() - from).toBeLessThan(3 * INTERVAL_MS);
  for (let count = 0; count < 3; count += 1) interval(a, b);
  expect(followed()).toEqual(["a", "a", "b", "b", "b", "b"]);
});

test("one that was started anew and is not through yet is left for another", async () => {
  const { a, b, reader, recorder, followed, interval } = fleet();
  await reader.start(recorder);
  // Nothing from a: it calls its first roll.
  interval(b);
  interval(b);
  a.say({ prober: { instance: "a again", startedAt: 1 } });
  interval(a, b);
  expect(followed()).toEqual(["a", "b", "b"]);
});

test("whenever one of them says something, what is followed is no older than an interval", async () => {
  const { a, b, clock, reader, recorder, interval } = fleet();
  await reader.start(recorder);
  const ages: number[] = [];
  for (let count = 0; count < 200; count += 1) {
    const living = [a, b].filter((_, index) => (count >> (2 + index)) % 2 === 0);
    interval(...living);
    const ageMs = clock.now() - (recorder.snapshots.at(-1)?.writtenAt ?? 0);
    if (living.length > 0) ages.push(ageMs);
  }
  expect(Math.max(...ages)).toBe(INTERVAL_MS);
});

describe("a new config", () => {
  test("makes it follow whoever has it too, once", async () => {
    const { a, b, ours, reader, recorder, followed, interval } = fleet();
    await reader.start(recorder);
    ours.config = "next";
    b.config = "next";
    interval(a, b);
    interval(a, b);
    a.config = "next";
    interval(a, b);
    interval(a, b);
    expect(followed()).toEqual(["a", "a", "b", "b", "b", "b"]);
  });

  test("that no prober has yet changes nothing", async () => {
    const { a, b, ours, reader, recorder, followed, interval } = fleet();
    await reader.start(recorder);
    ours.config = "next";
    interval(a, b);
    interval(b, a);
    expect(followed()).toEqual(["a", "a", "a"]);
  });
});

describe("at the start", () => {
  test("what has lain there for long gives way to what is new", async () => {
    const { a, clock, reader, recorder, followed } = fleet();
    a.first = { writtenAt: clock.now() - 60_000 };
    await reader.start(recorder);
    expect(followed()).toEqual(["a", "b"]);
  });

  test("a prober that does not answer holds nothing up", async () => {
    const { a, reader, recorder, followed } = fleet();
    a.first = null;
    await reader.start(recorder);
    expect(followed()).toEqual(["b"]);
  });
});

test("what differs is passed on from the one that is followed; a switch is to something else entirely", async () => {
  const { a, b, clock, reader, recorder, interval } = fleet();
  await reader.start(recorder);
  const change = { after: 1, changed: [], removed: [] };
  clock.jump(INTERVAL_MS);
  a.say({}, change);
  b.say({}, change);
  interval();
  interval();
  b.say({}, change);
  b.say({}, change);
  expect(recorder.changes).toEqual([null, change, null, change]);
});

test("a wall clock that is set makes no prober late", async () => {
  const { a, b, clock, reader, recorder, followed, interval } = fleet();
  await reader.start(recorder);
  interval(a, b);
  clock.step(3_600_000);
  interval(b, a);
  clock.step(-7_200_000);
  interval(b, a);
  expect(followed()).toEqual(["a", "a", "a", "a"]);
});

test("a fault says whose it is by its place, and changes nothing", async () => {
  const { b, reader, recorder, followed } = fleet();
  await reader.start(recorder);
  b.listener?.onFault("ECONNREFUSED");
  expect(recorder.faults).toEqual(["prober 2: ECONNREFUSED"]);
  expect(followed()).toEqual(["a"]);
});

test("closing closes all", async () => {
  const { a, b, reader, recorder } = fleet();
  await reader.start(recorder);
  await reader.close();
  expect([a.closed, b.closed]).toEqual([true, true]);
});
