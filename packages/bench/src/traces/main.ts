import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { measureWays, type Way } from "../paired/measure-ways.ts";
import { endOnSignal } from "../peers/end-on-signal.ts";
import { openSite } from "../speed/site.ts";
import { ROLLCALL_BEFORE, startRollcall } from "../speed/systems/rollcall.ts";
import { untilAnswering } from "../speed/until-answering.ts";

/** What spans of requests cost, off and on: `node src/traces/main.ts [rounds]`. */
endOnSignal();

const SHARES = [0, 0.1, 1];

const [rounds = "15"] = process.argv.slice(2);
const site = await openSite({ deployments: 1, backends: 1, eventsPerSecond: 50 });
let taken = 0;
const collector = createServer((request, response) => {
  taken += 1;
  request.resume().on("end", () => response.end());
});
await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
const { port } = collector.address() as AddressInfo;

const say = (line: string) => void process.stdout.write(`${line}\n`);
const ways: Way[] = [];
try {
  if ((await ROLLCALL_BEFORE.version()) !== null)
    ways.push({ name: "before", system: await ROLLCALL_BEFORE.start(site) });
  ways.push({ name: "off", system: await startRollcall(site, { name: "off" }) });
  for (const share of SHARES) {
    const settings = `traces: { endpoint: "http://127.0.0.1:${port}", sampling_ratio: ${share} }`;
    const system = await startRollcall(site, { name: `traced-${share}`, settings });
    ways.push({ name: `on, ${share * 100} %`, system });
  }
  for (const { system } of ways) await untilAnswering(system);
  await measureWays({ site, ways, rounds: Number(rounds) }, say);
  say(`${taken} exports taken`);
} finally {
  for (const { system } of ways) await system.stop();
  await site.close();
  collector.close();
}
process.exit();
