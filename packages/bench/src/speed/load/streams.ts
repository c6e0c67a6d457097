import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../count/percentile.ts";
import { cpuMicros } from "../kernel/cpu-time.ts";
import { residentKiB } from "../kernel/resident-memory.ts";
import { nowMicros } from "../wire/stamp.ts";
import { Arrivals } from "./arrivals.ts";
import { type Address, requestBytes } from "./connection.ts";
import { Listener } from "./listener.ts";

/** Streams that all run at the same time while CPU and events are counted. */
export interface Streams extends Address {
  readonly path: string;
  /** Asks for more tokens than there is time for. */
  readonly body: string;
  readonly count: number;
  readonly startsPerSecond: number;
  /** All run, and nothing is counted yet. */
  readonly settleSeconds: number;
  readonly seconds: number;
  /** Whose CPU and memory is read. */
  readonly pids: readonly number[];
}

export interface StreamsResult {
  readonly events: number;
  /** How those streams ended that did, though nobody asked them to. */
  readonly ended: readonly string[];
  /** Microseconds of CPU an event. */
  readonly cpu: number;
  /** CPU of the system, in percent of one core. */
  readonly corePercent: number;
  /** Microseconds: from when a stream was due to its first token. */
  readonly firstToken: number;
  /** Microseconds: from when the backend sent an event to when it was here. */
  readonly delay50: number;
  readonly delay99: number;
  /** Microseconds between two events of one stream. */
  readonly gap99: number;
  /** Resident memory of the system while all streams ran. */
  readonly kiB: number;
}

export async function openStreams(job: Streams): Promise<StreamsResult> {
  const { pids, seconds, settleSeconds } = job;
  const listeners = await startAll(job);
  await sleep(settleSeconds * 1_000);
  for (const listener of listeners) listener.count();
  const cpu = cpuMicros(pids);
  await sleep(seconds * 1_000);
  const used = cpuMicros(pids) - cpu;
  const kiB = residentKiB(pids);
  for (const listener of listeners) listener.stop();
  const delays = sorted(listeners.flatMap((listener) => listener.delays));
  const gaps = sorted(listeners.flatMap((listener) => listener.gaps));
  const events = listeners.reduce((sum, listener) => sum + listener.events, 0);
  return {
    events,
    ended: listeners.flatMap((listener) => (listener.ended === null ? [] : [listener.ended])),
    cpu: used / events,
    corePercent: used / seconds / 10_000,
    firstToken: percentile(sorted(listeners.map(({ firstToken }) => firstToken ?? Number.NaN)), 0.5),
    delay50: percentile(delays, 0.5),
    delay99: percentile(delays, 0.99),
    gap99: percentile(gaps, 0.99),
    kiB,
  };
}

async function startAll(job: Streams): Promise<readonly Listener[]> {
  const request = requestBytes(job, job.path, job.body);
  const arrivals = new Arrivals(job.startsPerSecond, nowMicros() / 1_000);
  const listeners: Listener[] = [];
  while (listeners.length < job.count) {
    for (const due of arrivals.due(nowMicros() / 1_000))
      if (listeners.length < job.count) listeners.push(new Listener(job, request, due * 1_000));
    await sleep(1);
  }
  return listeners;
}

function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values.filter((value) => !Number.isNaN(value))).toSorted();
}
