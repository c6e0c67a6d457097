import { expect, test } from "vitest";
import { countRequest } from "../../test/ended-requests.ts";
import type { Counts } from "../observe/counts.ts";
import { GatewayMetrics } from "../observe/metrics.ts";
import { printCounts } from "../observe/print-counts.ts";
import { WorkerMetrics } from "./worker-metrics.ts";
import type { Worker } from "./worker-process.ts";

async function counted(requests: number): Promise<Counts> {
  const metrics = new GatewayMetrics();
  for (let turn = 0; turn < requests; turn += 1) countRequest(metrics, "chat");
  return metrics.registry.getMetricsAsJSON();
}

const print = async (metrics: WorkerMetrics, running: ReadonlyMap<number, Worker>) =>
  printCounts(await metrics.sum(running), "text");

/** A worker of which only the counts matter. */
function worker(count: Worker["count"], listens = true): Worker {
  return {
    pid: 1,
    started: Promise.resolve(1),
    listens,
    ended: new Promise(() => {}),
    count,
    lastHeard: () => Promise.resolve(Number.POSITIVE_INFINITY),
    lookUp: () => Promise.resolve(null),
    configure: () => {},
    hold: () => {},
    handOver: () => {},
    stop: () => {},
    kill: () => {},
  };
}

/** A second that is over when the test says so. */
function heldClock() {
  const over = Promise.withResolvers<void>();
  return { now: () => 0, monotonic: () => 0, sleep: () => over.promise, pass: over.resolve };
}

test("asks all, and says how many there are and how often one was started again", async () => {
  const metrics = new WorkerMetrics(heldClock());
  metrics.restarted();
  const text = await print(
    metrics,
    new Map([
      [0, worker(() => counted(2))],
      [1, worker(() => counted(3))],
      [2, worker(() => Promise.resolve(null), false)],
    ]),
  );
  expect(text).toContain(
    'rollcall_gateway_requests_total{alias="chat",endpoint="chat_completions",status="200"} 5\n',
  );
  expect(text).toContain("rollcall_gateway_workers 2\n");
  expect(text).toContain("rollcall_gateway_worker_restarts_total 1\n");
});

test("does not wait for a worker that does not answer for longer than its time", async () => {
  const clock = heldClock();
  const metrics = new WorkerMetrics(clock);
  let asked = 0;
  const first = worker(async () => ((asked += 1) === 1 ? counted(2) : new Promise<null>(() => {})));
  const both = new Map([
    [0, first],
    [1, worker(() => counted(3))],
  ]);
  await print(metrics, both);
  const page = print(metrics, both);
  await new Promise(setImmediate);
  clock.pass();
  expect(await page).toContain(
    'rollcall_gateway_requests_total{alias="chat",endpoint="chat_completions",status="200"} 5\n',
  );
});

test("an answer that comes after the death is not counted twice", async () => {
  const clock = heldClock();
  const metrics = new WorkerMetrics(clock);
  const late = Promise.withResolvers<Counts>();
  const running = new Map([[0, worker(() => late.promise)]]);
  const page = print(metrics, running);
  running.set(
    0,
    worker(() => counted(1)),
  );
  late.resolve(await counted(50));
  await page;
  expect(await print(metrics, running)).toContain(
    'rollcall_gateway_requests_total{alias="chat",endpoint="chat_completions",status="200"} 1\n',
  );
});
