import { ENDPOINTS } from "@rollcall/contract";
import { expect, test } from "vitest";
import { configOf } from "../../test/deployments.ts";
import { countRequest, requestTo } from "../../test/ended-requests.ts";
import { gaugeReadings } from "../../test/gauge-readings.ts";
import type { Candidate } from "../routing/candidate.ts";
import { UpstreamError } from "../upstream/upstream-error.ts";
import type { GaugeReadings } from "./gauge-metrics.ts";
import { GatewayMetrics } from "./metrics.ts";
import { printCounts } from "./print-counts.ts";
import type { AttemptEnd } from "./observer.ts";

async function lines(metrics: GatewayMetrics, readings: Partial<GaugeReadings> = {}): Promise<string[]> {
  const text = printCounts(await metrics.read(gaugeReadings(readings)), "text");
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

test("a gateway that has done nothing shows what it has, its aliases and deployments at zero", async () => {
  const metrics = new GatewayMetrics();
  metrics.initialise(configOf({ a: {} }));
  const found = await lines(metrics);
  const chat = 'alias="chat",endpoint="chat_completions"';
  expect(found).toEqual(
    expect.arrayContaining([
      `rollcall_gateway_requests_total{${chat},status="200"} 0`,
      `rollcall_gateway_request_duration_seconds_count{${chat}} 0`,
      `rollcall_gateway_time_to_first_token_seconds_bucket{le="600",${chat}} 0`,
      `rollcall_gateway_overhead_seconds_count{${chat}} 0`,
      `rollcall_gateway_request_tokens_bucket{le="67108864",${chat},type="output"} 0`,
      'rollcall_gateway_tokens_total{alias="chat",deployment="a",endpoint="chat_completions",type="input"} 0',
      'rollcall_gateway_tokens_total{alias="chat",deployment="a",endpoint="chat_completions",type="reasoning"} 0',
      `rollcall_gateway_unmetered_requests_total{${chat},ending="upstream_aborted"} 0`,
      `rollcall_gateway_interrupted_total{${chat},ending="client_disconnected"} 0`,
      'rollcall_gateway_retried_requests_total{alias="chat",ending="complete"} 0',
      'rollcall_gateway_fallbacks_total{alias="chat",ending="complete"} 0',
      'rollcall_gateway_queue_wait_seconds_count{alias="chat"} 0',
      'rollcall_gateway_attempts_total{deployment="a",outcome="cut"} 0',
      'rollcall_gateway_attempt_failures_total{deployment="a",reason="wrong_name"} 0',
      'rollcall_gateway_cuts_total{alias="chat",deployment="a",cause="cut"} 0',
      ...[...ENDPOINTS.map(({ name }) => name), "models", "other"].flatMap((endpoint) =>
        ["no_key", "wrong_key"].map(
          (reason) => `rollcall_gateway_rejected_requests_total{endpoint="${endpoint}",reason="${reason}"} 0`,
        ),
      ),
      "rollcall_gateway_connections 0",
      "rollcall_gateway_queued_requests 0",
    ]),
  );
  // All that is not at zero is a gauge that is read now.
  expect(found.filter((line) => !line.endsWith(" 0"))).toEqual([
    "rollcall_gateway_snapshot_age_seconds 1.5",
    "rollcall_gateway_snapshot_sequence 12",
  ]);
});

test("of more deployments than fit a page each has its series from its first attempt on", async () => {
  const metrics = new GatewayMetrics();
  metrics.initialise(
    configOf(Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`d${index}`, {}]))),
  );
  expect((await lines(metrics)).join()).not.toContain('deployment="d1"');
  metrics.attemptStarted({ ...ATTEMPT, candidate: { id: "d1" } as Candidate });
  expect(await lines(metrics)).toContain(
    'rollcall_gateway_attempts_total{deployment="d1",outcome="failed"} 0',
  );
});

test("gauges show what is now: what the config still has stays, at zero, and nothing else", async () => {
  const metrics = new GatewayMetrics();
  const ejected = [
    ["a", { reason: "wrong_name" }],
    ["b", { reason: "hung" }],
  ] as const;
  await lines(metrics, { inFlight: [["a", 2]], available: [["chat", 1]], ejected, breakers: [["a", true]] });
  const now = await lines(metrics, {
    inFlight: [
      ["a", 0],
      ["c", 1],
    ],
    breakers: [["a", false]],
    available: [["chat", 0]],
  });
  expect(now).toEqual(
    expect.arrayContaining([
      'rollcall_gateway_requests_in_flight{deployment="a"} 0',
      'rollcall_gateway_requests_in_flight{deployment="c"} 1',
      'rollcall_gateway_breaker_open{deployment="a"} 0',
      'rollcall_gateway_available_deployments{alias="chat"} 0',
      'rollcall_gateway_ejected{deployment="a",reason="wrong_name"} 0',
    ]),
  );
  expect(now.join()).not.toContain('deployment="b"');
});

/** An attempt of a request for `chat` on deployment `a`. */
const ATTEMPT = {
  ctx: requestTo("chat"),
  candidate: { id: "a" } as Candidate,
  number: 1,
  sentAt: 0,
};

test("requests are counted by alias, endpoint and status, their times in seconds", async () => {
  const metrics = new GatewayMetrics();
  countRequest(metrics, "chat", { ms: 120 });
  countRequest(metrics, "chat", { ms: 80 });
  countRequest(metrics, "", { status: 404, ms: 1 });
  metrics.attemptFirstByte(ATTEMPT, 30);
  const found = await lines(metrics);
  const chat = 'alias="chat",endpoint="chat_completions"';
  expect(found).toContain(`rollcall_gateway_requests_total{${chat},status="200"} 2`);
  expect(found).toContain(
    'rollcall_gateway_requests_total{alias="",endpoint="chat_completions",status="404"} 1',
  );
  expect(found).toContain(`rollcall_gateway_request_duration_seconds_sum{${chat}} 0.2`);
  expect(found).toContain(`rollcall_gateway_request_duration_seconds_bucket{le="0.1",${chat}} 1`);
  expect(found).toContain(`rollcall_gateway_time_to_first_byte_seconds_count{${chat}} 1`);
});

const FAILURES = 'rollcall_gateway_attempt_failures_total{deployment="a",reason="down"}';
const TIMEOUTS = 'rollcall_gateway_timeouts_total{deployment="a",phase="total"}';
const IDLE = 'rollcall_gateway_timeouts_total{deployment="a",phase="idle"}';
const down = new UpstreamError("down");
const late = new UpstreamError("down", { timeout: "total" });
const rejected = new UpstreamError("ok", { retryable: false });

test.each<[string, AttemptEnd, readonly [failures: number, total: number, idle: number]]>([
  ["that is whole", { outcome: { kind: "complete" }, excuse: null }, [0, 0, 0]],
  ["that failed", { outcome: { kind: "failed", error: down }, excuse: null }, [1, 0, 0]],
  ["whose time was over", { outcome: { kind: "failed", error: late }, excuse: null }, [1, 1, 0]],
  [
    "whose app had set the time",
    { outcome: { kind: "failed", error: late }, excuse: "own_timeout" },
    [0, 1, 0],
  ],
  [
    "with a key replaced meanwhile",
    { outcome: { kind: "failed", error: down }, excuse: "key_rotated" },
    [0, 0, 0],
  ],
  [
    "that the request was to blame for",
    { outcome: { kind: "failed", error: rejected }, excuse: null },
    [0, 0, 0],
  ],
  ["that fell silent", { outcome: { kind: "cut", cause: "idle" }, excuse: null }, [0, 0, 1]],
  ["that was cut", { outcome: { kind: "cut", cause: "cut" }, excuse: null }, [0, 0, 0]],
])("an attempt %s is counted, from zero", async (_case, end, [failures, total, idle]) => {
  const metrics = new GatewayMetrics();
  metrics.attemptStarted(ATTEMPT);
  expect(await lines(metrics)).toEqual(
    expect.arrayContaining([`${FAILURES} 0`, `${TIMEOUTS} 0`, `${IDLE} 0`]),
  );
  metrics.attemptEnded(ATTEMPT, end, 10);
  expect(await lines(metrics)).toEqual(
    expect.arrayContaining([`${FAILURES} ${failures}`, `${TIMEOUTS} ${total}`, `${IDLE} ${idle}`]),
  );
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
  countRequest(busy, "chat");
  expect((await lines(new GatewayMetrics())).join()).not.toContain("rollcall_gateway_requests_total");
});
