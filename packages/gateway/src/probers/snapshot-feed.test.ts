import { expect, test } from "vitest";
import type { Snapshot, SnapshotChange, Verdict } from "@rollcall/contract";
import { silentLog, type Log } from "@rollcall/runtime";
import type { SnapshotListener, SnapshotReader } from "@rollcall/snapshot";
import { snapshotOf } from "../../test/deployments.ts";
import { FakeClock } from "@rollcall/testkit";
import { SnapshotFeed } from "./snapshot-feed.ts";

/** A reader that says what it is told to. */
class FakeReader implements SnapshotReader<Snapshot, Verdict> {
  listener: SnapshotListener<Snapshot, Verdict> | null = null;
  closed = false;

  async start(listener: SnapshotListener<Snapshot, Verdict>): Promise<void> {
    this.listener = listener;
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

async function started() {
  const clock = new FakeClock();
  const reader = new FakeReader();
  const warnings: string[] = [];
  const log: Log = {
    ...silentLog,
    warn: (...[, message]: readonly unknown[]) => warnings.push(String(message)),
  };
  const feed = new SnapshotFeed(reader, clock, log);
  const updates: (readonly [Snapshot, SnapshotChange<Verdict> | null])[] = [];
  await feed.start((snapshot, change) => updates.push([snapshot, change]));
  const bring = (facts: Partial<Snapshot> = {}) => {
    const snapshot = snapshotOf([], { writtenAt: clock.now(), intervalMs: 1_000, ...facts });
    reader.listener?.onSnapshot(snapshot, null);
    return snapshot;
  };
  return { clock, reader, feed, updates, warnings, bring };
}

test("before the first snapshot there is no freshness, and no age", async () => {
  const { feed, clock } = await started();
  clock.jump(60_000);
  expect(feed.freshness()).toBe("none");
  expect(feed.ageMs()).toBe(Number.POSITIVE_INFINITY);
  expect(feed.snapshot).toBe(null);
});

test("a snapshot is fresh for three intervals, and stale after that", async () => {
  const { feed, clock, bring } = await started();
  bring();
  expect([feed.freshness(), feed.ageMs()]).toEqual(["fresh", 0]);
  clock.jump(3_000);
  expect([feed.freshness(), feed.ageMs()]).toEqual(["fresh", 3_000]);
  clock.jump(1);
  expect([feed.freshness(), feed.ageMs()]).toEqual(["stale", 3_001]);
});

test("the intervals are those of the prober that wrote it", async () => {
  const { feed, clock, bring } = await started();
  bring({ intervalMs: 10_000 });
  clock.jump(30_000);
  expect(feed.freshness()).toBe("fresh");
});

test("what is stale is fresh again with the next update", async () => {
  const { feed, clock, bring } = await started();
  bring();
  clock.jump(10_000);
  expect(feed.freshness()).toBe("stale");
  bring({ sequence: 2 });
  expect([feed.freshness(), feed.ageMs()]).toEqual(["fresh", 0]);
});

test("a first snapshot that has lain there for long is as old as it says", async () => {
  const { feed, clock, bring } = await started();
  bring({ writtenAt: clock.now() - 60_000 });
  expect([feed.freshness(), feed.ageMs()]).toEqual(["stale", 60_000]);
});

test("a later one is as old as its arrival, however far the prober's clock is off", async () => {
  const { feed, clock, bring } = await started();
  bring();
  clock.jump(1_000);
  bring({ sequence: 2, writtenAt: clock.now() - 3_600_000 });
  expect(feed.ageMs()).toBe(0);
});

test("a prober whose clock is ahead makes no snapshot younger than now", async () => {
  const { feed, clock, bring } = await started();
  bring({ writtenAt: clock.now() + 3_600_000 });
  clock.jump(4_000);
  expect([feed.freshness(), feed.ageMs()]).toEqual(["stale", 4_000]);
});

test("a clock that is set back makes no age below nothing", async () => {
  const { feed, clock, bring } = await started();
  bring();
  clock.step(-5_000);
  expect([feed.freshness(), feed.ageMs()]).toEqual(["fresh", 0]);
});

test("every snapshot is passed on once it can be asked for, and with it what has changed", async () => {
  const { feed, reader, updates, bring } = await started();
  const first = bring();
  const second = snapshotOf([], { sequence: 2 });
  const change = { after: 1, changed: [], removed: ["chat-1"] };
  reader.listener?.onSnapshot(second, change);
  expect(updates).toEqual([
    [first, null],
    [second, change],
  ]);
  expect(feed.snapshot).toBe(second);
});

test("what is no snapshot is counted, and changes nothing else", async () => {
  const { feed, reader, updates, bring } = await started();
  const good = bring();
  reader.listener?.onFault("torn");
  reader.listener?.onFault("version 7");
  expect(feed.faults).toBe(2);
  expect(feed.snapshot).toBe(good);
  expect(updates).toEqual([[good, null]]);
});

test("a fault says whether there is a good one to go by", async () => {
  const { reader, warnings, bring } = await started();
  reader.listener?.onFault("torn");
  bring();
  reader.listener?.onFault("torn again");
  expect(warnings).toEqual([
    "snapshot unusable: waiting for a first good one from the prober",
    "snapshot unusable: keeping the last good one",
  ]);
});

test("closing closes the reader", async () => {
  const { feed, reader } = await started();
  await feed.close();
  expect(reader.closed).toBe(true);
});
