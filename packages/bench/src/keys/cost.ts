import { setTimeout as sleep } from "node:timers/promises";
import { spreadOf } from "../speed/count/spread.ts";
import { cpuMicros } from "../speed/kernel/cpu-time.ts";
import { smallChat } from "../speed/load/body.ts";
import { runWrk } from "../speed/load/wrk.ts";
import { openSite, type Site } from "../speed/site.ts";
import { ROLLCALL, ROLLCALL_BEFORE } from "../speed/systems/rollcall.ts";
import type { RunningSystem } from "../speed/systems/system.ts";
import { untilAnswering } from "../speed/until-answering.ts";
import { startKeyed } from "./keyed-gateway.ts";

const LOAD = { path: "/v1/chat/completions", body: smallChat(), connections: 32, seconds: 2 };
const WARM_SECONDS = 5;

interface Way {
  readonly name: string;
  readonly system: RunningSystem;
}

/** What a small request costs the gateway's process in CPU, in each way in turn: differences are of one and the same round. */
export async function measureCost(rounds: number, say: (line: string) => void): Promise<void> {
  const site = await openSite({ deployments: 1, backends: 1, eventsPerSecond: 50 });
  const running: RunningSystem[] = [];
  try {
    const ways = await start(site, running);
    for (const { system } of ways) await runWrk({ site, system }, { ...LOAD, seconds: WARM_SECONDS });
    const costs = new Map(ways.map(({ name }) => [name, [] as number[]]));
    for (let round = 0; round < rounds; round += 1)
      for (const { name, system } of ways) costs.get(name)?.push(await costOf(site, system));
    print(costs, say);
  } finally {
    for (const system of running) await system.stop();
    await site.close();
  }
}

async function start(site: Site, running: RunningSystem[]): Promise<readonly Way[]> {
  const ways: Way[] = [];
  if ((await ROLLCALL_BEFORE.version()) !== null)
    ways.push({ name: "before", system: await ROLLCALL_BEFORE.start(site) });
  ways.push({ name: "no virtual keys", system: await ROLLCALL.start(site) });
  const keyed = await startKeyed(site, { workers: 1, withControl: true });
  running.push(...ways.map(({ system }) => system), keyed);
  for (const { system } of ways) await untilAnswering(system);
  await untilAnswering(keyed);
  const key = await makeKey(keyed, {});
  const limited = await makeKey(keyed, { rpm_limit: 60_000_000, max_parallel_requests: 10_000 });
  return [
    ...ways,
    { name: "master key, with virtual keys on", system: keyed },
    { name: "virtual key", system: { ...keyed, headers: { authorization: `Bearer ${key}` } } },
    {
      name: "virtual key with RPM and parallel",
      system: { ...keyed, headers: { authorization: `Bearer ${limited}` } },
    },
  ];
}

async function makeKey({ url, headers }: RunningSystem, fields: object): Promise<string> {
  const asking = {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(fields),
  };
  let answer = await fetch(`${url}/key/generate`, asking);
  // Control may still be starting.
  for (let tries = 0; answer.status === 503 && tries < 100; tries += 1) {
    await sleep(100);
    answer = await fetch(`${url}/key/generate`, asking);
  }
  if (answer.status !== 200) throw new Error(`no key: ${answer.status} ${await answer.text()}`);
  const { key } = (await answer.json()) as { key: string };
  await untilAnswering({ url, headers: { authorization: `Bearer ${key}` }, pids: [], stop: async () => {} });
  return key;
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
