import { setTimeout as pass } from "node:timers/promises";
import type { Clock } from "@rollcall/contract";

export const benchClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => pass(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {}),
};
