import { setTimeout as sleep } from "node:timers/promises";
import { spreadOf } from "../speed/count/spread.ts";
import { processTree } from "../speed/kernel/process-tree.ts";
import { smallChat } from "../speed/load/body.ts";
import { runWrk } from "../speed/load/wrk.ts";
import { openSite, type Site } from "../speed/site.ts";
import { ROLLCALL, ROLLCALL_2 } from "../speed/systems/rollcall.ts";
import type { RunningSystem, System } from "../speed/systems/system.ts";
import { untilAnswering } from "../speed/until-answering.ts";
import { canShareCpu, shareCpu } from "./cpu-share.ts";
import { endOnSignal } from "../peers/end-on-signal.ts";

endOnSignal();

/** Of a core, for every process that serves: two of them leave most of two cores to the load and the backend. */
const SHARE = 0.3;
const ROUNDS = Number(process.argv[2] ?? "15");
const LOAD = { path: "/v1/chat/completions", body: smallChat(), connections: 64, seconds: 2 };
/** At full speed, for every worker: what is not compiled yet would be measured instead of the number of workers. */
const WARM_SECONDS = 6;

interface Held {
  readonly running: RunningSystem;
  readonly release: readonly (() => void)[];
}

if (!canShareCpu()) {
  process.stderr.write(
    "needs cgroup v1's cpu controller, writable, to hold each worker to its share of a core\n",
  );
  process.exit(1);
}
const site = await openSite({ deployments: 1, backends: 1, eventsPerSecond: 50 });
const held: Held[] = [];
try {
  for (const [system, workers] of [
    [ROLLCALL, 1],
    [ROLLCALL_2, 2],
  ] as const)
    held.push(await start(system, workers, site));
  await compare(held);
} finally {
  for (const { running } of held) await running.stop();
  await site.close();
  await sleep(200);
  for (const { release } of held) for (const letGo of release) letGo();
}

/** Both run all the time, and are measured in turn. */
async function compare([one, two]: readonly Held[]): Promise<void> {
  if (one === undefined || two === undefined) return;
  process.stdout.write(
    `requests a second, every worker held to ${SHARE * 100} % of a core by the kernel\n\n| round | 1 worker | 2 workers | ratio |\n| --- | --- | --- | --- |\n`,
  );
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const single = (await runWrk({ site, system: one.running }, LOAD)).perSecond;
    const double = (await runWrk({ site, system: two.running }, LOAD)).perSecond;
    ratios.push(double / single);
    process.stdout.write(
      `| ${round} | ${Math.round(single)} | ${Math.round(double)} | ${(double / single).toFixed(2)} |\n`,
    );
  }
  const spread = spreadOf(ratios);
  const [median, min, max] = [spread?.median, spread?.min, spread?.max].map((value) => value?.toFixed(2));
  process.stdout.write(`\nmedian ${median} (${min}–${max})\n`);
}

async function start(system: System, workers: number, where: Site): Promise<Held> {
  const running = await system.start(where);
  await untilAnswering(running);
  await runWrk({ site: where, system: running }, { ...LOAD, seconds: WARM_SECONDS * workers });
  const tree = processTree(running.pids);
  // The parent of several workers serves nothing.
  const serving = workers === 1 ? tree : tree.filter((pid) => !running.pids.includes(pid));
  if (serving.length !== workers) throw new Error(`${serving.length} processes serve, not ${workers}`);
  return { running, release: serving.map((pid) => shareCpu(pid, SHARE)) };
}
