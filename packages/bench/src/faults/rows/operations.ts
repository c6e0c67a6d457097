import { CLEAN, type Fault } from "./fault.ts";

const RELOADS = 20;

/** What people and their tools do to the system itself. */
export const OPERATIONS: readonly Fault[] = [
  {
    name: "prober-killed",
    title: "prober killed",
    does: "SIGKILL to what probes, for 4 s",
    expected: CLEAN,
    watch: "none",
    needs: ["killProber", "startProber"],
    holdMs: 4_000,
    strike: ({ can }) => can.killProber?.(),
    repair: ({ can }) => can.startProber?.(),
  },
  {
    name: "snapshot-torn",
    title: "snapshot torn",
    does: "the state file is cut in half under the gateway's eyes, five times",
    expected: CLEAN,
    watch: "none",
    needs: ["tearSnapshot"],
    holdMs: 500,
    strike: async ({ can, pause }) => {
      for (let round = 0; round < 5; round += 1) {
        await can.tearSnapshot?.();
        await pause(500);
      }
    },
  },
  {
    name: "bad-config",
    title: "bad config",
    does: "the config becomes one that cannot be parsed, then a good one again",
    expected: CLEAN,
    watch: "none",
    needs: ["breakConfig", "reload"],
    strike: ({ can }) => can.breakConfig?.(),
    repair: ({ can, pause }) => can.reload?.(1).then(() => pause(1_000)),
  },
  {
    name: "reloads",
    title: "20 good reloads",
    does: "a config with another weight every 200 ms",
    expected: CLEAN,
    watch: "none",
    needs: ["reload"],
    holdMs: 1_000,
    strike: async ({ can, pause }) => {
      for (let revision = 1; revision <= RELOADS; revision += 1) {
        await can.reload?.(revision);
        await pause(200);
      }
    },
  },
  {
    name: "sigterm",
    title: "SIGTERM, then started again",
    does: "what serves clients is asked to end while streams of 1 s run; what is sent while it is gone is not counted",
    expected: CLEAN,
    watch: "none",
    needs: ["terminate", "restart"],
    tokensPerSecond: 12,
    holdMs: 0,
    absence: true,
    strike: async ({ can }) => void (await can.terminate?.()),
    repair: async ({ can }) => can.restart?.(),
  },
];
