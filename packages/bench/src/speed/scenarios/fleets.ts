import { cpuMicros } from "../kernel/cpu-time.ts";
import { smallChat } from "../load/body.ts";
import { ROLLCALL } from "../systems/rollcall.ts";
import type { System } from "../systems/system.ts";
import { CPU_COLUMN, measureClosedLoop, RATE_COLUMN } from "./closed-loop.ts";
import { type Scenario } from "./scenario.ts";

const BACKENDS = 10;
const SIZES = [10, 1_000, 10_000];

function nameOf(deployments: number): string {
  return `${deployments.toLocaleString("en-US")} deployments`;
}

/** One gateway and one prober a size, all at the same time; backends list the names of the largest. */
const OWN: readonly System[] = SIZES.map((deployments) => ({
  ...ROLLCALL,
  name: nameOf(deployments),
  start: (site) => ROLLCALL.start({ ...site, deployments }),
}));

export const FLEETS: Scenario = {
  name: "fleets",
  title: "Rollcall with large fleets",
  does: "The small chat with 32 connections, to the first alias of a config with so many deployments: each alias has ten, on ten backends that list 1,000 names each. The prober's CPU stands apart.",
  columns: [CPU_COLUMN, RATE_COLUMN, { key: "prober", title: "prober CPU ms/s", digits: 0 }],
  site: { deployments: 10_000, backends: BACKENDS, eventsPerSecond: 50 },
  rounds: 3,
  seconds: 4,
  own: OWN,
  base: nameOf(10),
  part: "every",
  measure: async (stage) => {
    const aside = stage.system.asidePids ?? [];
    const before = { cpu: cpuMicros(aside), at: performance.now() };
    const load = { path: "/v1/chat/completions", body: smallChat(), connections: 32 };
    const { sample } = await measureClosedLoop(stage, load);
    const prober = (cpuMicros(aside) - before.cpu) / (performance.now() - before.at);
    return { ...sample, prober };
  },
};
