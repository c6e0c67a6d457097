import { VERDICTS, type SnapshotChange } from "@rollcall/contract";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inOrder, RUN, snapshotOf, TOY_SAMPLE, verdictOf } from "../test/samples.ts";
import { changeBetween, isHeartbeat, mergeChanges } from "./changes.ts";
import { finished } from "./in-turns.ts";
import { RecordTable } from "./record-table.ts";

const { kind, of } = TOY_SAMPLE;
type Toys = ReturnType<typeof of>;

/** Any toys at one moment: a size for each of those that are there. */
const states = fc.dictionary(fc.constantFrom("a", "b", "c", "d", "e", "__proto__"), fc.nat({ max: 3 }));
const toysOf = (state: Readonly<Record<string, number>>, sequence: number): Toys => ({
  ...of(sequence),
  toys: Object.entries(state).map(([id, size]) => ({ id, size })),
});

type ToyChange = SnapshotChange<Toys["toys"][number]>;
const between = (before: Toys, after: Toys) => changeBetween(kind, before, after) as ToyChange;

test("what differs, applied to the one, is the other", () => {
  fc.assert(
    fc.property(states, states, (one, other) => {
      const [before, after] = [toysOf(one, 1), toysOf(other, 2)];
      const table = finished(RecordTable.build(kind, before));
      table.apply(after, between(before, after));
      expect(inOrder(kind, table.snapshot)).toEqual(inOrder(kind, after));
      expect(inOrder(kind, before)).toEqual(inOrder(kind, toysOf(one, 1)));
    }),
  );
});

test("several as one do what they do one after the other, on any state between as well", () => {
  fc.assert(
    fc.property(fc.array(states, { minLength: 2, maxLength: 6 }), fc.nat(), (all, at) => {
      const snapshots = all.map((state, index) => toysOf(state, index + 1));
      const [first, ...rest] = snapshots
        .slice(1)
        .map((after, index) => between(snapshots[index] as Toys, after));
      const merged = mergeChanges(kind, [first as ToyChange, ...rest]);
      const last = snapshots.at(-1) as Toys;
      const table = finished(RecordTable.build(kind, snapshots[at % snapshots.length] as Toys));
      table.apply(last, merged);
      expect(inOrder(kind, table.snapshot)).toEqual(inOrder(kind, last));
      expect(merged.after).toBe(1);
    }),
  );
});

describe("what differs", () => {
  const base = { ...snapshotOf(1), verdicts: [0, 1, 2].map((index) => verdictOf(index, 1)) };

  test("is told by whole records, and by the keys of those that are gone", () => {
    const next = { ...snapshotOf(2), verdicts: [verdictOf(1, 2), verdictOf(2, 1), verdictOf(7, 1)] };
    expect(changeBetween(VERDICTS, base, next)).toEqual({
      after: 1,
      changed: [verdictOf(1, 2), verdictOf(7, 1)],
      removed: ["deployment 0"],
    });
  });

  test("is nothing where only the evidence is newer, or the order is another: a heartbeat", () => {
    const verdicts = base.verdicts.map((verdict) => ({ ...verdict, observedAt: 9 })).toReversed();
    const change = changeBetween(VERDICTS, base, { ...snapshotOf(2), verdicts });
    expect(change !== null && isHeartbeat(change)).toBe(true);
  });

  test("from the snapshot of another run nobody can say", () => {
    expect(changeBetween(VERDICTS, base, snapshotOf(2, { ...RUN, instance: "another" }))).toBe(null);
  });
});

test("a snapshot that was handed out stays as it was", () => {
  const table = finished(RecordTable.build(kind, of(1)));
  const before = table.snapshot;
  table.apply(of(2), between(of(1), of(2)));
  expect(before).toEqual(of(1));
  const heartbeat = table.snapshot;
  table.apply(of(3), { after: 2, changed: [], removed: [] });
  // A heartbeat copies nothing.
  expect(table.snapshot.toys).toBe(heartbeat.toys);
  expect(table.snapshot.sequence).toBe(3);
});

test("a large table is built in slices", () => {
  const toys = Array.from({ length: 25_000 }, (_, index) => ({ id: `${index}`, size: 1 }));
  const building = RecordTable.build(kind, { ...of(1), toys });
  let slices = 0;
  while (building.next().done !== true) slices += 1;
  expect(slices).toBe(2);
});
