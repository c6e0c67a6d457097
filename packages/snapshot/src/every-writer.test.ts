import type { Snapshot, SnapshotChange, Verdict } from "@rollcall/contract";
import { expect, test } from "vitest";
import { snapshotOf } from "../test/samples.ts";
import { EverySnapshotWriter } from "./every-writer.ts";
import type { SnapshotWriter } from "./ports.ts";

type Change = SnapshotChange<Verdict> | null;

class FakeWriter implements SnapshotWriter<Snapshot, Verdict> {
  readonly written: (readonly [number, Change])[] = [];
  closed = false;
  fault: Error | null = null;

  async write({ sequence }: Snapshot, change: Change = null): Promise<void> {
    if (this.fault !== null) throw this.fault;
    this.written.push([sequence, change]);
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

test("each carrier gets it, though another cannot take it", async () => {
  const [broken, well] = [new FakeWriter(), new FakeWriter()];
  const writer = new EverySnapshotWriter([broken, well]);
  await writer.write(snapshotOf(1));
  broken.fault = new Error("disk full");
  const change = { after: 1, changed: [], removed: [] };
  await expect(writer.write(snapshotOf(2), change)).rejects.toThrow("disk full");
  expect(broken.written).toEqual([[1, null]]);
  expect(well.written).toEqual([
    [1, null],
    [2, change],
  ]);
  await writer.close();
  expect([broken.closed, well.closed]).toEqual([true, true]);
});
