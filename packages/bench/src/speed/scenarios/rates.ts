import { cpuMicros } from "../kernel/cpu-time.ts";
import { smallChat } from "../load/body.ts";
import type { FixedRate } from "../load/fixed-rate.ts";
import { generateRate } from "../load/generator.ts";
import { runWrk } from "../load/wrk.ts";
import { CPU_COLUMN, RATE_COLUMN } from "./closed-loop.ts";
import { ONE_BACKEND, type Scenario, type Stage } from "./scenario.ts";

const PATH = "/v1/chat/completions";
const CONNECTIONS = 64;
const WARM_SECONDS = 1;

function rate(share: number): Scenario {
  const percent = share * 100;
  return {
    name: `rate-${percent}`,
    title: `small chat at ${percent} % of saturation`,
    does: `The same small chat at a constant rate: ${percent} % of what Rollcall with one worker answers where the same generator asks for more than that (measured just before). Latency counts from when a request was due; errors are failed requests, and those that found 1,000 others under way.`,
    columns: [
      RATE_COLUMN,
      { key: "errors", title: "errors", digits: 0 },
      CPU_COLUMN,
      { key: "p50", title: "added p50 µs", digits: 0, compare: "added" },
      { key: "p99", title: "added p99 µs", digits: 0, compare: "added" },
      { key: "p999", title: "added p99.9 µs", digits: 0, compare: "added" },
    ],
    site: ONE_BACKEND,
    rounds: 3,
    seconds: 3,
    part: "every",
    prepare: async (stages) => (await saturation(stages)) * share,
    measure,
  };
}

/**
 * What Rollcall, or the first system where it does not take part, answers in a second while it is asked for more: by the same
 * generator, which costs more than wrk does and shares the machine.
 */
async function saturation(stages: ReadonlyMap<string, Stage>): Promise<number> {
  const stage = stages.get("Rollcall") ?? [...stages.values()].at(-1);
  if (stage === undefined) return 0;
  const load = { path: PATH, body: smallChat(), connections: CONNECTIONS };
  await runWrk(stage, { ...load, seconds: 2 });
  const { perSecond } = await runWrk(stage, { ...load, seconds: 3 });
  const job = jobAt(stage, perSecond);
  const { sent, errors } = await generateRate(stage.site.directory, job);
  return (sent - errors) / (job.seconds + WARM_SECONDS);
}

function jobAt({ system: { url, headers }, seconds }: Stage, perSecond: number): FixedRate {
  return { url, headers, path: PATH, body: smallChat(), perSecond, seconds, warmSeconds: WARM_SECONDS };
}

async function measure(stage: Stage) {
  const { site, system, seconds, prepared } = stage;
  const before = cpuMicros(system.pids);
  const { sent, errors, p50, p99, p999 } = await generateRate(site.directory, jobAt(stage, prepared));
  const cpu = (cpuMicros(system.pids) - before) / sent;
  return { perSecond: sent / (seconds + WARM_SECONDS), errors, cpu, p50, p99, p999 };
}

export const RATES = [0.25, 0.5, 0.75].map(rate);
