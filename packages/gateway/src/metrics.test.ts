import { expect, test } from "vitest";
import { GatewayMetrics, type GaugeReadings } from "./metrics.ts";

const QUIET: GaugeReadings = {
  inFlight: [],
  available: [],
  ejected: [],
  snapshotAgeMs: 1_500,
  snapshotFresh: true,
  snapshotFaults: 0,
};

async function lines(metrics: GatewayMetrics, readings: Partial<GaugeReadings> = {}): Promise<string[]> {
  const text = await metrics.print({ ...QUIET, ...readings });
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

test("a gateway that has done nothing shows what it has: no request, nothing interrupted, fresh news", async () => {
  expect(await lines(new GatewayMetrics())).toEqual([
    'rollcall_gateway_interrupted_total{ending="cut"} 0',
    'rollcall_gateway_interrupted_total{ending="gone"} 0',
    "rollcall_gateway_snapshot_age_seconds 1.5",
    "rollcall_gateway_snapshot_stale 0",
    "rollcall_gateway_snapshot_faults_total 0",
  ]);
});

test("gauges show what is now, and nothing of what was", async () => {
  const metrics = new GatewayMetrics();
  await lines(metrics, {
    inFlight: [["a", 2]],
    available: [["chat", 1]],
    ejected: [["b", { reason: "wrong_name" }]],
  });
  const now = await lines(metrics, { inFlight: [["c", 1]], available: [["chat", 0]] });
  expect(now).toContain('rollcall_gateway_in_flight{deployment="c"} 1');
  expect(now).toContain('rollcall_gateway_available_deployments{alias="chat"} 0');
  expect(now.join()).not.toMatch(/deployment="(a|b)"/);
});

test("requests are counted by alias and status, their times in seconds by alias", async () => {
  const metrics = new GatewayMetrics();
  metrics.answered("chat", 200, 120);
  metrics.answered("chat", 200, 80);
  metrics.answered("", 404, 1);
  metrics.firstByte("chat", 30);
  metrics.attemptFailed("a", "down");
  metrics.interrupted("cut");
  const found = await lines(metrics);
  expect(found).toContain('rollcall_gateway_requests_total{alias="chat",status="200"} 2');
  expect(found).toContain('rollcall_gateway_requests_total{alias="",status="404"} 1');
  expect(found).toContain('rollcall_gateway_request_duration_seconds_sum{alias="chat"} 0.2');
  expect(found).toContain('rollcall_gateway_request_duration_seconds_bucket{le="0.1",alias="chat"} 1');
  expect(found).toContain('rollcall_gateway_time_to_first_byte_seconds_count{alias="chat"} 1');
  expect(found).toContain('rollcall_gateway_attempt_failures_total{deployment="a",reason="down"} 1');
  expect(found).toContain('rollcall_gateway_interrupted_total{ending="cut"} 1');
});

test("where there never was news its age is no number, and it is stale", async () => {
  const found = await lines(new GatewayMetrics(), {
    snapshotAgeMs: Number.POSITIVE_INFINITY,
    snapshotFresh: false,
    snapshotFaults: 3,
  });
  expect(found.join("\n")).toMatch(/^rollcall_gateway_snapshot_age_seconds nan$/im);
  expect(found).toContain("rollcall_gateway_snapshot_stale 1");
  expect(found).toContain("rollcall_gateway_snapshot_faults_total 3");
});

test("two gateways in one process count apart", async () => {
  const busy = new GatewayMetrics();
  busy.answered("chat", 200, 1);
  expect((await lines(new GatewayMetrics())).join()).not.toContain("requests_total");
});
