import { backOffMs } from "./back-off.ts";

const BACK_OFF = { firstMs: 100, lastMs: 10_000 };

/** A run this long was healthy: the crash that ends it is the first again. */
const HEALTHY_MS = 10_000;

export interface Crash {
  readonly ranMs: number;
  /** Crashes in a row before this one. */
  readonly consecutiveCrashes: number;
  /** At so many in a row it is given up; Infinity: never. */
  readonly giveUpAt: number;
}

export type RestartDecision =
  | { readonly kind: "restart"; readonly afterMs: number; readonly consecutiveCrashes: number }
  | { readonly kind: "give_up"; readonly consecutiveCrashes: number };

/** What to do about a process that crashed: restart it, ever later, or give it up. */
export function restartPolicy({ ranMs, consecutiveCrashes: before, giveUpAt }: Crash): RestartDecision {
  const consecutiveCrashes = ranMs >= HEALTHY_MS ? 1 : before + 1;
  return consecutiveCrashes >= giveUpAt
    ? { kind: "give_up", consecutiveCrashes }
    : { kind: "restart", consecutiveCrashes, afterMs: backOffMs(BACK_OFF, consecutiveCrashes) };
}
