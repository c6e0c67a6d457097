import { setTimeout as sleep } from "node:timers/promises";
import { measureWays, type Way } from "../paired/measure-ways.ts";
import { openSite, type Site } from "../speed/site.ts";
import { ROLLCALL, ROLLCALL_BEFORE } from "../speed/systems/rollcall.ts";
import type { RunningSystem } from "../speed/systems/system.ts";
import { untilAnswering } from "../speed/until-answering.ts";
import { startKeyed } from "./keyed-gateway.ts";

/** What a small request costs the gateway's process in CPU, in each way in turn: differences are of one and the same round. */
export async function measureCost(rounds: number, say: (line: string) => void): Promise<void> {
  const site = await openSite({ deployments: 1, backends: 1, eventsPerSecond: 50 });
  const running: RunningSystem[] = [];
  try {
    const ways = await start(site, running);
    await measureWays({ site, ways, rounds }, say);
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
