import { setTimeout as sleep } from "node:timers/promises";
import { type Measurements, RATIO_BASE, tabulate } from "./count/tabulate.ts";
import { cpuMicros } from "./kernel/cpu-time.ts";
import { residentKiB } from "./kernel/resident-memory.ts";
import type { Result } from "./report.ts";
import { type Sample, type Scenario, type Stage, takesPart } from "./scenarios/scenario.ts";
import { openSite, type Site } from "./site.ts";
import { ROLLCALL } from "./systems/rollcall.ts";
import type { System } from "./systems/system.ts";
import { untilAnswering } from "./until-answering.ts";

export interface Effort {
  /** Instead of the scenario's own. */
  readonly rounds?: number;
  /** Share (0 to 1) of the scenario's seconds. */
  readonly share: number;
}

/** Between two measurements, so that what the one before left behind is gone. */
const REST_MS = 100;

/** Some scenarios use too little CPU to make anything warm. */
const MOST_WARM_UPS = 5;

/** Starts the systems, warms each, and measures them in turn: A B C A B C … */
export async function runScenario(
  scenario: Scenario,
  systems: readonly System[],
  { rounds = scenario.rounds, share }: Effort,
): Promise<Result> {
  const seconds = Math.max(1, Math.round(scenario.seconds * share));
  const site = await openSite(scenario.site);
  const runs = chosen(scenario, systems).map((kind) => new Run(kind));
  try {
    for (const run of runs) await run.start(site, seconds);
    const prepared = await prepare(scenario, runs);
    for (const run of runs) await run.warmUp(scenario, prepared);
    for (let round = 0; round < rounds; round += 1)
      for (const run of runs) {
        await run.measure(scenario, prepared);
        await sleep(REST_MS);
      }
  } finally {
    for (const run of runs) await run.stop();
    await site.close();
  }
  const { name, title, does, columns, base = RATIO_BASE } = scenario;
  const measured = runs.map((run) => run.measurements());
  return { name, title, does, columns, rounds, seconds, base, rows: tabulate({ columns, base }, measured) };
}

function chosen(scenario: Scenario, systems: readonly System[]): readonly System[] {
  const { own } = scenario;
  if (own === undefined) return systems.filter((system) => takesPart(system, scenario));
  return systems.includes(ROLLCALL) ? own : [];
}

async function prepare(scenario: Scenario, runs: readonly Run[]): Promise<number> {
  const stages = runs.flatMap(({ kind, stage }) => (stage === null ? [] : [[kind.name, stage] as const]));
  return (await scenario.prepare?.(new Map(stages))) ?? 0;
}

/** One system in one scenario. What goes wrong ends its part and is said in its row; the others go on. */
class Run {
  readonly kind: System;
  stage: Stage | null = null;
  readonly #samples: Sample[] = [];
  #failure: string | null = null;
  #stop: () => Promise<void> = async () => {};

  constructor(kind: System) {
    this.kind = kind;
  }

  start(site: Site, seconds: number): Promise<void> {
    return this.#guard(async () => {
      const system = await this.kind.start(site);
      this.#stop = () => system.stop();
      await untilAnswering(system);
      this.stage = {
        site,
        kind: this.kind,
        system,
        seconds,
        prepared: 0,
        freshKiB: residentKiB(system.pids),
      };
    });
  }

  measure(scenario: Scenario, prepared: number): Promise<void> {
    return this.#guard(async () => {
      if (this.stage !== null) this.#samples.push(await scenario.measure({ ...this.stage, prepared }));
    });
  }

  /** Shorter measurements that do not count, as many as the system needs to be warm. */
  warmUp(scenario: Scenario, prepared: number): Promise<void> {
    return this.#guard(async () => {
      if (this.stage === null) return;
      const { pids } = this.stage.system;
      const seconds = Math.ceil(this.stage.seconds / 2);
      const until = cpuMicros(pids) + (this.kind.warmCpuSeconds ?? 0) * 1e6;
      for (let turn = 0; turn === 0 || (turn < MOST_WARM_UPS && cpuMicros(pids) < until); turn += 1)
        await scenario.measure({ ...this.stage, seconds, prepared });
    });
  }

  measurements(): Measurements {
    const note = this.#failure === null ? {} : { note: this.#failure };
    return { system: this.kind.name, samples: this.#samples, ...note };
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  async #guard(act: () => Promise<void>): Promise<void> {
    if (this.#failure !== null) return;
    try {
      await act();
    } catch (problem) {
      const text = problem instanceof Error ? problem.message : String(problem);
      this.#failure = `did not run: ${text.split("\n", 1)[0]}`;
    }
  }
}
