import { setTimeout as sleep } from "node:timers/promises";
import type { FaultName, Simulator } from "@rollcall/simulator";

/** Faults of one replica at a time, so that a good one is always left. */
const FAULTS: readonly FaultName[] = [
  "reset-all",
  "close-all",
  "hang",
  "hang-mid-stream",
  "cut-mid-stream",
  "error-first-event",
  "error-mid-stream",
  "abort",
  "engine-dead",
  "rate-limit",
  "nginx-503",
  "draining",
];

const FAULT_MS = 3_000;
const REST_MS = 2_000;

/** Repeats with the seed: mulberry32. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Breaks one replica after another, each in some way, until the signal; then all are well. Returns how many times. */
export async function makeTrouble(
  replicas: readonly Simulator[],
  seed: number,
  signal: AbortSignal,
): Promise<number> {
  const random = dice(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  let times = 0;
  while (!signal.aborted) {
    const replica = pick(replicas);
    if (replica === undefined) break;
    const turn = random();
    if (turn < 0.15) replica.control.rename(["another-name"]);
    else if (turn < 0.3) void replica.control.load(FAULT_MS);
    else replica.control.fault(pick(FAULTS) ?? null);
    times += 1;
    await sleep(FAULT_MS, undefined, { signal }).catch(() => {});
    await replica.control.reset();
    await sleep(REST_MS, undefined, { signal }).catch(() => {});
  }
  return times;
}
