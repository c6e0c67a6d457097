import { FIRST_KEY } from "../bed.ts";
import { CLEAN, type Fault } from "./fault.ts";

const NEXT_KEY = "key-1";

/** The right server under another name or key, or another server in its place. */
export const IDENTITY: readonly Fault[] = [
  {
    name: "rename",
    title: "renamed",
    does: "a replica serves another name",
    expected: CLEAN,
    watch: "bad",
    strike: ({ bad }) => bad.control.rename(["gpt-oss-20b"]),
  },
  {
    name: "two-servers",
    title: "two servers on one port",
    does: "every second connection to a replica meets a server of another name",
    expected: CLEAN,
    watch: "bad",
    strike: ({ bad }) => bad.control.fault("two-servers", { names: ["gpt-oss-20b"] }),
  },
  {
    name: "wrong-key",
    title: "key rotated at a backend, then in the config",
    does: "a replica wants another key; the repair gives that key to the system, without a restart",
    expected: CLEAN,
    watch: "bad",
    needs: ["useKey"],
    strike: ({ bad, replicas }) => {
      for (const replica of replicas) replica.control.setKeys([FIRST_KEY, NEXT_KEY]);
      bad.control.setKeys([NEXT_KEY]);
    },
    repair: ({ can }) => can.useKey?.(NEXT_KEY),
  },
];

/** Overlapping keys, as a careful rotation has them: each is good for that long after the next one came. */
const OVERLAP_MS = 2_100;
/** Longer than the 200 ms for which a file must rest before it is taken. */
const STEP_MS = 300;
const TIMES = 20;

export const ROTATION: Fault = {
  name: "rotations",
  title: "20 key rotations",
  does: `a new key every ${STEP_MS} ms, each accepted for ${OVERLAP_MS} ms after the next one came`,
  expected: CLEAN,
  watch: "none",
  needs: ["useKey"],
  holdMs: 0,
  strike: async ({ replicas, can, pause }) => {
    const keys = [FIRST_KEY];
    for (let index = 1; index <= TIMES; index += 1) {
      keys.push(`key-${index}`);
      const accepted = keys.slice(-1 - OVERLAP_MS / STEP_MS);
      for (const replica of replicas) replica.control.setKeys(accepted);
      await can.useKey?.(`key-${index}`);
      await pause(STEP_MS);
    }
  },
  repair: async ({ replicas, pause }) => {
    await pause(OVERLAP_MS);
    for (const replica of replicas) replica.control.setKeys([`key-${TIMES}`]);
    await pause(1_000);
  },
};
