import path from "node:path";
import { VERDICTS, type SnapshotKind, type Snapshot, type Verdict } from "@rollcall/contract";
import { FileSnapshotWriter } from "@rollcall/snapshot";
import { expect, test, vi } from "vitest";
import { readConfig, snapshotOf, verdictOn } from "./deployments.ts";
import { gatewayFor, simulator, type Gateway } from "./harness.ts";

/** Writes what a prober of that format finds: nothing is ready. */
async function writeAs(gateway: Gateway, version: number): Promise<void> {
  const now = Date.now();
  const verdicts = readConfig(gateway.written).deployments.map((one) =>
    verdictOn(one, "down", { observedAt: now }),
  );
  const kind: SnapshotKind<Snapshot, Verdict> = { ...VERDICTS, version };
  const writer = new FileSnapshotWriter(kind, path.join(gateway.directory, "state.json"));
  await writer.write(snapshotOf(verdicts, { sequence: 9, writtenAt: now, intervalMs: 60_000 }));
}

test("a gateway obeys a prober of the format before", async () => {
  const gateway = await gatewayFor({ chat: [await simulator()] });
  expect((await gateway.chat()).status).toBe(200);
  await writeAs(gateway, VERDICTS.version - 1);
  await vi.waitFor(async () => expect((await gateway.chat()).status).toBe(503), { timeout: 5_000 });
  expect(await gateway.metric("snapshot_faults_total")).toBe(0);
});

test("a gateway of the format before keeps its last verdicts beside a prober of the next, and counts", async () => {
  const gateway = await gatewayFor({ chat: [await simulator()] });
  expect((await gateway.chat()).status).toBe(200);
  await writeAs(gateway, VERDICTS.version + 1);
  await vi.waitFor(async () => expect(await gateway.metric("snapshot_faults_total")).toBeGreaterThan(0), {
    timeout: 5_000,
  });
  expect((await gateway.chat()).status).toBe(200);
});
