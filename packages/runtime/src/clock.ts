import type { Clock } from "@rollcall/contract";

/** From Node's time origin to boot: `performance.now()` reads the same CLOCK_MONOTONIC. */
const ORIGIN_MS = Number(process.hrtime.bigint() / 1_000n) / 1_000 - performance.now();

export const systemClock: Clock = {
  now: () => Date.now(),
  /** CLOCK_MONOTONIC: since boot, as systemd counts, and the same for all processes of a machine. */
  monotonic: () => ORIGIN_MS + performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", finish);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      signal?.addEventListener("abort", finish, { once: true });
    });
  },
};
