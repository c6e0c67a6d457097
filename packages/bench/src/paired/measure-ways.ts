import { spreadOf } from "../speed/count/spread.ts";
import { cpuMicros } from "../speed/kernel/cpu-time.ts";
import { smallChat } from "../speed/load/body.ts";
import { runWrk } from "../speed/load/wrk.ts";
import type { Site } from "../speed/site.ts";
import type { RunningSystem } from "../speed/systems/system.ts";

const LOAD = { path: "/v1/chat/completions", body: smallChat(), connections: 32, seconds: 2 };
const WARM_SECONDS = 5;

/** One of several ways in which the same is done. */
export interface Way {
  readonly name: string;
  readonly system: RunningSystem;
}

export interface Paired {
  readonly site: Site;
  readonly ways: readonly Way[];
  readonly rounds: number;
}

/** What a small request costs the gateway's process in CPU, in each way in turn: differences are of one and the same round. */
export async function measureWays(
  { site, ways, rounds }: Paired,
  say: (line: string) => void,
): Promise<void> {
  for (const { system } of ways) await runWrk({ site, system }, { ...LOAD, seconds: WARM_SECONDS });
  const costs = new Map(ways.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1)
    for (const { name, system } of ways) costs.get(name)?.push(await costOf(site, system));
  print(costs, say);
}

/** Microseconds a request. */
async function costOf(site: Site, system: RunningSystem): Promise<number> {
  const before = cpuMicros(system.pids);
  const { requests, errors } = await runWrk({ site, system }, LOAD);
  if (errors > 0) throw new Error(`${errors} of ${requests} failed`);
  return (cpuMicros(system.pids) - before) / requests;
}

function print(costs: ReadonlyMap<string, readonly number[]>, say: (line: string) => void): void {
  const [[, base] = ["", []]] = costs;
  say("| way | µs CPU a request | × the first | µs more than the first |\n| --- | --- | --- | --- |");
  for (const [name, all] of costs) {
    const ratio = spreadOf(all.map((cost, round) => cost / (base[round] ?? Number.NaN)));
    const more = spreadOf(all.map((cost, round) => cost - (base[round] ?? Number.NaN)));
    const show = (spread: typeof ratio, digits: number) =>
      spread === null
        ? "–"
        : `${spread.median.toFixed(digits)} (${spread.min.toFixed(digits)} to ${spread.max.toFixed(digits)})`;
    say(`| ${name} | ${show(spreadOf(all), 1)} | ${show(ratio, 3)} | ${show(more, 1)} |`);
  }
}
