import { expect, test } from "vitest";
import { snapshotOf } from "../test/snapshots.ts";
import { EverySnapshotWriter } from "./every-writer.ts";
import type { SnapshotWriter } from "./ports.ts";

class FakeWriter implements SnapshotWriter {
  readonly written: number[] = [];
  closed = false;
  fault: Error | null = null;

  async write({ sequence }: { sequence: number }): Promise<void> {
    if (this.fault !== null) throw this.fault;
    this.written.push(sequence);
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
  await expect(writer.write(snapshotOf(2))).rejects.toThrow("disk full");
  expect([broken.written, well.written]).toEqual([[1], [1, 2]]);
  await writer.close();
  expect([broken.closed, well.closed]).toEqual([true, true]);
});
