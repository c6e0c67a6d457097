import { setTimeout as pass } from "node:timers/promises";
import type { Clock } from "@rollcall/contract";

/** For tests with real sockets and processes. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => pass(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {}),
};
