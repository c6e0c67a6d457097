import { expect, test } from "vitest";
import { countRequest } from "../../test/ended-requests.ts";
import { gaugeReadings } from "../../test/gauge-readings.ts";
import type { Counts } from "../observe/counts.ts";
import type { GaugeReadings } from "../observe/gauge-metrics.ts";
import { GatewayMetrics } from "../observe/metrics.ts";
import { printCounts } from "../observe/print-counts.ts";
import { Totals } from "./totals.ts";

/** What a worker says that has answered `requests`, each in a tenth of a second. */
function counted(requests: number, now: Partial<GaugeReadings> = {}): Promise<Counts> {
  const metrics = new GatewayMetrics();
  for (let turn = 0; turn < requests; turn += 1) countRequest(metrics, "chat");
  return metrics.read(gaugeReadings({ available: [["chat", 2]], snapshotAgeMs: 1_000, ...now }));
}

const REQUESTS = 'requests_total{alias="chat",endpoint="chat_completions",status="200"}';

/** The values by name, without `rollcall_gateway_`. */
function printed(totals: Totals, answered: readonly number[]): Record<string, string> {
  // As it goes to the worker that was asked.
  const text = printCounts(structuredClone(totals.sum(new Set(answered), [])), "text");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice("rollcall_gateway_".length, line.lastIndexOf(" ")),
      line.slice(line.lastIndexOf(" ") + 1),
    ]),
  );
}

test("counters and histograms are added up", async () => {
  const totals = new Totals();
  totals.record(0, await counted(3));
  totals.record(1, await counted(4));
  expect(printed(totals, [0, 1])).toMatchObject({
    [REQUESTS]: "7",
    'request_duration_seconds_count{alias="chat",endpoint="chat_completions"}': "7",
    'request_duration_seconds_bucket{le="0.1",alias="chat",endpoint="chat_completions"}': "7",
    'request_duration_seconds_bucket{le="0.05",alias="chat",endpoint="chat_completions"}': "0",
  });
});

test("of gauges the requests under way are added up, and of the others the worst is shown", async () => {
  const totals = new Totals();
  totals.record(0, await counted(0, { inFlight: [["a", 2]], ejected: [["a", { reason: "hung" }]] }));
  totals.record(
    1,
    await counted(0, {
      inFlight: [["a", 3]],
      available: [["chat", 1]],
      snapshotAgeMs: 9_000,
      snapshotSequence: 11,
      snapshotFresh: false,
      snapshotFaults: 2,
    }),
  );
  expect(printed(totals, [0, 1])).toMatchObject({
    'requests_in_flight{deployment="a"}': "5",
    'available_deployments{alias="chat"}': "1",
    'ejected{deployment="a",reason="hung"}': "1",
    snapshot_age_seconds: "9",
    snapshot_sequence: "11",
    snapshot_stale: "1",
    snapshot_faults_total: "2",
  });
});

test("one that has never heard the prober is not hidden by one that has", async () => {
  const totals = new Totals();
  totals.record(0, await counted(0));
  totals.record(1, await counted(0, { snapshotAgeMs: Number.POSITIVE_INFINITY }));
  expect(printed(totals, [0, 1])["snapshot_age_seconds"]).toMatch(/^nan$/i);
});

test("what a dead worker had counted stays in the totals, and its successor's is added", async () => {
  const totals = new Totals();
  for (const requests of [3, 4, 5]) {
    totals.record(0, await counted(requests, { inFlight: [["a", 1]] }));
    totals.retire(0);
  }
  totals.record(0, await counted(1));
  const found = printed(totals, [0]);
  expect(found).toMatchObject({
    [REQUESTS]: "13",
    'request_duration_seconds_count{alias="chat",endpoint="chat_completions"}': "13",
  });
  expect(found).not.toHaveProperty('requests_in_flight{deployment="a"}');
});

test("with all of them dead the totals are still there", async () => {
  const totals = new Totals();
  totals.record(0, await counted(3));
  totals.retire(0);
  totals.retire(0);
  expect(printed(totals, [])).toMatchObject({ [REQUESTS]: "3" });
});

test("of a worker that does not answer now, the totals are the last known and the gauges are left out", async () => {
  const totals = new Totals();
  totals.record(0, await counted(3, { inFlight: [["a", 1]] }));
  totals.record(1, await counted(4, { inFlight: [["a", 1]] }));
  expect(printed(totals, [1])).toMatchObject({
    [REQUESTS]: "7",
    'requests_in_flight{deployment="a"}': "1",
  });
});
