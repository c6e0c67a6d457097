import { CUTS_TOLD, type Fault } from "./fault.ts";

/** Servers that go and come. */
export const LIFECYCLE: readonly Fault[] = [
  {
    name: "restart",
    title: "restart, 3 s of loading",
    does: "a replica is restarted and refuses connections while it loads for 3 s",
    expected: CUTS_TOLD,
    watch: "bad",
    holdMs: 0,
    strike: ({ bad }) => bad.control.load(3_000),
    repair: ({ bad }) => bad.whenReady(),
  },
  {
    name: "refused",
    title: "killed",
    does: "a replica is killed: streams are cut, connections refused",
    expected: CUTS_TOLD,
    watch: "bad",
    strike: ({ bad }) => bad.control.kill(),
  },
  {
    name: "draining",
    title: "stops with finish_reason abort",
    does: "a replica shuts down as vLLM does: running and new requests end as 200 with finish_reason abort",
    expected: CUTS_TOLD,
    watch: "bad",
    strike: ({ bad }) => bad.control.fault("draining"),
  },
  {
    name: "flapping",
    title: "flaps every 3 s",
    does: "a replica is killed and started again, every 3 s, twice",
    expected: CUTS_TOLD,
    watch: "back",
    holdMs: 0,
    strike: async ({ bad, pause }) => {
      for (let round = 0; round < 2; round += 1) {
        await bad.control.kill();
        await pause(3_000);
        await bad.control.start();
        await pause(3_000);
      }
    },
  },
  {
    name: "all-down",
    title: "all down and back",
    does: "every replica is killed for 3 s",
    expected: { errors: "unavoidable", cuts: "told" },
    watch: "all",
    strike: async ({ replicas }) => {
      for (const { control } of replicas) await control.kill();
    },
    repair: async ({ replicas }) => {
      for (const { control } of replicas) await control.start();
    },
  },
];
