import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../count/percentile.ts";
import { Arrivals, countedFrom } from "./arrivals.ts";
import { type Address, Connection, requestBytes } from "./connection.ts";

/** Requests at a constant rate over as many kept-alive connections as that takes. */
export interface FixedRate extends Address {
  readonly path: string;
  readonly body: string;
  readonly perSecond: number;
  /** At first, and not counted. */
  readonly warmSeconds: number;
  readonly seconds: number;
}

export interface FixedRateResult {
  /** Warm-up included. */
  readonly sent: number;
  readonly errors: number;
  /** Microseconds, of good answers after the warm-up. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

const MOST_CONNECTIONS = 1_000;
const LAST_ANSWERS_MS = 5_000;

export async function sendAtFixedRate(job: FixedRate): Promise<FixedRateResult> {
  const request = requestBytes(job, job.path, job.body);
  const begin = performance.now();
  const counts = begin + job.warmSeconds * 1_000;
  const stop = counts + job.seconds * 1_000;
  const arrivals = new Arrivals(job.perSecond, begin);
  const connections = new Set<Connection>();
  const idle: Connection[] = [];
  const latencies: number[] = [];
  const count = { sent: 0, answered: 0, errors: 0 };
  const sendOne = (due: number) => {
    count.sent += 1;
    const connection = takeIdle(idle) ?? open(job, connections);
    if (connection === null) {
      count.answered += 1;
      count.errors += 1;
      return;
    }
    const from = countedFrom(due, performance.now());
    connection.send(request, {
      body: () => {},
      end: (failure) => {
        count.answered += 1;
        if (failure !== null) count.errors += 1;
        else if (due >= counts) latencies.push((performance.now() - from) * 1_000);
        if (connection.usable) idle.push(connection);
        else connections.delete(connection);
      },
    });
  };
  for (let now = begin; now < stop; now = performance.now()) {
    for (const due of arrivals.due(Math.min(now, stop))) sendOne(due);
    await sleep(1);
  }
  for (const late = stop + LAST_ANSWERS_MS; count.answered < count.sent && performance.now() < late;)
    await sleep(5);
  for (const connection of connections) connection.destroy();
  const errors = count.errors + count.sent - count.answered;
  return { sent: count.sent, errors, ...percentiles(latencies) };
}

function takeIdle(idle: Connection[]): Connection | undefined {
  for (let last = idle.pop(); last !== undefined; last = idle.pop()) if (last.usable) return last;
  return undefined;
}

/** Null when there are too many: the system does not keep up. */
function open(address: Address, connections: Set<Connection>): Connection | null {
  if (connections.size >= MOST_CONNECTIONS) return null;
  const connection = new Connection(address);
  connections.add(connection);
  return connection;
}

function percentiles(latencies: readonly number[]) {
  const sorted = Float64Array.from(latencies).toSorted();
  const [p50, p99, p999, max] = [0.5, 0.99, 0.999, 1].map((share) => percentile(sorted, share));
  return { p50: p50 ?? Number.NaN, p99: p99 ?? Number.NaN, p999: p999 ?? Number.NaN, max: max ?? Number.NaN };
}
