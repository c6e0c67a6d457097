import { setTimeout as sleep } from "node:timers/promises";
import { type Bed, makeBed, MODEL, TOKENS_PER_SECOND } from "./bed.ts";
import { readUsage, type Usage, worstUsage } from "./count/arrivals.ts";
import { judge } from "./count/judge.ts";
import { type Tally, tally } from "./count/tally.ts";
import { CHAT, Load } from "./load/load.ts";
import { bursts, type Schedule, steady } from "./load/schedule.ts";
import type { Pace } from "./pace.ts";
import type { Fault, Stage } from "./rows/fault.ts";
import type { RunningSystem, SystemKind } from "./systems/system.ts";
import { untilUsed } from "./until-used.ts";
import { ReasonWatch } from "./reason-watch.ts";

/** One cell of the wall. */
export interface Cell {
  readonly tally: Tally;
  /** Null where nobody was to be left. */
  readonly usage: Usage | null;
  readonly reasons: readonly string[];
  /** What falls short of what could be had. Empty = as good as it gets. */
  readonly shortfalls: readonly string[];
  readonly perSecond: number;
}

/** Sent this shortly before a system ends, a connection may still wait to be accepted, and nobody could serve it. */
const UNACCEPTED_MS = 50;

/** Runs one fault against one system. Null: the row makes no sense for it. */
export async function runRow(fault: Fault, kind: SystemKind, pace: Pace): Promise<Cell | null> {
  if (fault.needs?.some((need) => !kind.abilities.includes(need)) === true) return null;
  const bed = await makeBed({
    replicas: fault.replicas ?? 2,
    tokensPerSecond: fault.tokensPerSecond ?? TOKENS_PER_SECOND,
    maxNumSeqs: fault.maxNumSeqs,
  });
  try {
    const system = await kind.start(bed);
    try {
      await untilUsed(bed, system);
      return await strikeUnderLoad(fault, { bed, system, kind, pace });
    } finally {
      await system.stop();
    }
  } finally {
    await bed.close();
  }
}

interface Scene {
  readonly bed: Bed;
  readonly system: RunningSystem;
  readonly kind: SystemKind;
  readonly pace: Pace;
}

async function strikeUnderLoad(fault: Fault, { bed, system, kind, pace }: Scene): Promise<Cell> {
  const perSecond = Math.min(pace.perSecond, kind.perSecond, fault.perSecond ?? Infinity);
  const { url, headers } = system;
  const load = new Load({ url, path: CHAT, headers, model: MODEL, schedule: scheduleOf(fault, perSecond) });
  const stage = setStage(bed, system, pace);
  await sleep(pace.warmMs);
  const reasons = new ReasonWatch(system);
  const struckAt = Date.now();
  await fault.strike(stage);
  await stage.pause(fault.holdMs ?? 3_000);
  let repairedAt = Date.now();
  // A repair that takes its time, such as a load, is over when the backend listens again.
  await (fault.repair === undefined ? stage.bad.control.reset() : fault.repair(stage));
  const said = await reasons.stop();
  if (fault.absence === true || fault.repair !== undefined) repairedAt = Date.now();
  await untilBack({ fault, bed, repairedAt, withinMs: pace.backMs });
  await sleep(pace.afterMs);
  const absence = fault.absence === true ? { from: struckAt - UNACCEPTED_MS, to: repairedAt } : null;
  const counted = tally(await load.stop(), { struckAt, absence });
  const usage = usageOf(fault, bed, { struckAt, repairedAt });
  const shortfalls = judge(fault, counted, usage);
  return { tally: counted, usage, reasons: said, shortfalls, perSecond };
}

/** Bursts rest just longer than vLLM keeps an idle connection, so that each one meets connections about to close. */
function scheduleOf({ load }: Fault, perSecond: number): Schedule {
  return load === "bursts" ? bursts({ size: 40, everyMs: 5_003, spreadMs: 100 }) : steady(perSecond);
}

function setStage(bed: Bed, system: RunningSystem, pace: Pace): Stage {
  const [bad] = bed.replicas;
  if (bad === undefined) throw new Error("a bed has at least one replica");
  const pause = (ms: number) => sleep(ms * pace.share);
  return { bad, replicas: bed.replicas, system, can: system.can, pause };
}

interface Return {
  readonly fault: Fault;
  readonly bed: Bed;
  readonly repairedAt: number;
  readonly withinMs: number;
}

async function untilBack({ fault, bed, repairedAt, withinMs }: Return): Promise<void> {
  if (fault.watch === "none") return;
  const watched = watchedLogs(fault, bed);
  const back = () => watched.every(({ arrivals }) => (arrivals.at(-1) ?? 0) >= repairedAt);
  while (!back() && Date.now() < repairedAt + withinMs) await sleep(50);
}

function usageOf(fault: Fault, bed: Bed, outage: { struckAt: number; repairedAt: number }): Usage | null {
  if (fault.watch === "none") return null;
  return worstUsage(watchedLogs(fault, bed).map(({ arrivals }) => readUsage(arrivals, outage)));
}

function watchedLogs({ watch }: Fault, { logs }: Bed): Bed["logs"] {
  return watch === "all" ? logs : logs.slice(0, 1);
}
