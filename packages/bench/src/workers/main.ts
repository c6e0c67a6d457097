import { setTimeout as sleep } from "node:timers/promises";
import { processTree } from "../speed/kernel/process-tree.ts";
import { smallChat } from "../speed/load/body.ts";
import { runWrk } from "../speed/load/wrk.ts";
import { openSite } from "../speed/site.ts";
import { ROLLCALL, ROLLCALL_2 } from "../speed/systems/rollcall.ts";
import type { System } from "../speed/systems/system.ts";
import { untilAnswering } from "../speed/until-answering.ts";
import { canShareCpu, shareCpu } from "./cpu-share.ts";

/** Of a core, for every process that serves: two of them leave most of two cores to the load and the backend. */
const SHARE = 0.2;
const ROUNDS = Number(process.argv[2] ?? "5");
const LOAD = { path: "/v1/chat/completions", body: smallChat(), connections: 32, seconds: 5 };

if (!canShareCpu()) {
  process.stderr.write(
    "needs cgroup v1's cpu controller, writable, to hold each worker to its share of a core\n",
  );
  process.exit(1);
}
process.stdout.write(
  `requests a second, every worker held to ${SHARE * 100} % of a core by the kernel\n\n| round | 1 worker | 2 workers | ratio |\n| --- | --- | --- | --- |\n`,
);
const ratios: number[] = [];
for (let round = 1; round <= ROUNDS; round += 1) {
  const [one, two] = [await measure(ROLLCALL, 1), await measure(ROLLCALL_2, 2)];
  ratios.push(two / one);
  process.stdout.write(
    `| ${round} | ${Math.round(one)} | ${Math.round(two)} | ${(two / one).toFixed(2)} |\n`,
  );
}
ratios.sort((a, b) => a - b);
process.stdout.write(`\nmedian ${ratios[Math.floor(ratios.length / 2)]?.toFixed(2)}\n`);

async function measure(system: System, workers: number): Promise<number> {
  const site = await openSite({ deployments: 1, backends: 1, eventsPerSecond: 50 });
  const running = await system.start(site);
  const release: (() => void)[] = [];
  try {
    await untilAnswering(running);
    // Warm before it is held, and at full speed.
    await runWrk({ site, system: running }, { ...LOAD, seconds: 4 * workers });
    const tree = processTree(running.pids);
    // The parent of several workers serves nothing.
    const serving = workers === 1 ? tree : tree.filter((pid) => !running.pids.includes(pid));
    if (serving.length !== workers) throw new Error(`${serving.length} processes serve, not ${workers}`);
    for (const pid of serving) release.push(shareCpu(pid, SHARE));
    return (await runWrk({ site, system: running }, LOAD)).perSecond;
  } finally {
    await running.stop();
    await site.close();
    await sleep(200);
    for (const letGo of release) letGo();
  }
}
