import type { SnapshotChange } from "@rollcall/contract";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { inOrder, RUN, TOY_SAMPLE, type Run } from "../test/samples.ts";
import { changeBetween } from "./changes.ts";
import { SnapshotReceiver } from "./snapshot-receiver.ts";
import { printChange, printSnapshot } from "./snapshot-text.ts";
import { recordsOf, withRecords } from "./whole.ts";

const { kind, of } = TOY_SAMPLE;
const NEXT_RUN: Run = { instance: "prober-2", startedAt: RUN.startedAt + 1_000_000 };

type Toys = ReturnType<typeof of>;
type Toy = Toys["toys"][number];

/** Follows as one does who keeps the records itself. */
function keeper() {
  const table = new Map<string, Toy>();
  const seen: (readonly [Toys, SnapshotChange<Toy> | null])[] = [];
  const receiver = new SnapshotReceiver<Toys, Toy>(kind, {
    keepsRecords: true,
    onSnapshot: (snapshot, change) => {
      seen.push([snapshot, change]);
      if (change === null) table.clear();
      for (const toy of change?.changed ?? recordsOf(kind, snapshot)) table.set(kind.keyOf(toy), toy);
      for (const key of change?.removed ?? []) table.delete(key);
    },
    onFault: () => {},
  });
  return { receiver, seen, table };
}

const changeTo = (from: number, to: number, run: Run) => {
  const change = changeBetween(kind, of(from, run), of(to, run));
  if (change === null) throw new Error("of two runs");
  return printChange(kind, of(to, run), change);
};

test("who keeps the records itself is told those of a base once, and of changes nothing else", async () => {
  const { receiver, seen } = keeper();
  await receiver.receive({ base: printSnapshot(kind, of(1)), changes: [changeTo(1, 2, RUN)] });
  await receiver.receive({ changes: [changeTo(2, 3, RUN)] });
  expect(seen.map(([{ sequence, toys }, change]) => [sequence, toys.length, change?.after])).toEqual([
    [1, of(1).toys.length, undefined],
    [2, 0, 1],
    [3, 0, 2],
  ]);
});

test("and has what the writer has, whatever comes in whatever order", async () => {
  const step = fc.record({
    base: fc.option(fc.nat(12)),
    changes: fc.array(fc.nat(12), { maxLength: 3 }),
    isNext: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const { receiver, seen, table } = keeper();
      for (const { base, changes, isNext } of steps) {
        const run = isNext ? NEXT_RUN : RUN;
        await receiver.receive({
          ...(base !== null && { base: printSnapshot(kind, of(base, run)) }),
          changes: changes.map((from) => changeTo(from, from + 1, run)),
        });
        const last = seen.at(-1)?.[0];
        if (last === undefined) continue;
        const written = of(last.sequence, last.box === RUN.instance ? RUN : NEXT_RUN);
        const held = withRecords<Toys, Toy>(kind, last, [...table.values()]);
        expect(inOrder(kind, held)).toEqual(inOrder(kind, written));
      }
    }),
    { numRuns: 60 },
  );
});
