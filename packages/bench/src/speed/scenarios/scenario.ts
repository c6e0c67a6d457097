import type { Site, SiteOptions } from "../site.ts";
import type { Part, RunningSystem, System } from "../systems/system.ts";

/** What one round measured, by the key of its column. A key that is missing was not measured. */
export type Sample = Readonly<Record<string, number>>;

/** One thing that a scenario measures. */
export interface Column {
  readonly key: string;
  /** With its unit. */
  readonly title: string;
  /** Digits behind the point. */
  readonly digits: number;
  /**
   * How rounds are compared, each with the other system's round of the same number: `ratio` to nginx, or to the scenario's own base, stands in a
   * column of its own, `added` is the difference to the direct row and stands in place of the value.
   */
  readonly compare?: "ratio" | "added";
}

/** One system under the load of a scenario. */
export interface Stage {
  readonly site: Site;
  readonly kind: System;
  readonly system: RunningSystem;
  /** How long one measurement takes. */
  readonly seconds: number;
  /** Resident memory of the system before its first load. */
  readonly freshKiB: number;
  /** What the scenario's `prepare` found. */
  readonly prepared: number;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** One sentence for readers of the table: the load, and what is unlike in other tables. */
  readonly does: string;
  readonly columns: readonly Column[];
  readonly site: SiteOptions;
  readonly rounds: number;
  readonly seconds: number;
  /** Systems of its own; they run when Rollcall does, and nothing else. */
  readonly own?: readonly System[];
  /** The row that CPU is compared with, instead of nginx. */
  readonly base?: string;
  /** `basic` is for all systems, `main` for most, `every` for those that take part in every scenario. */
  readonly part: Part;
  /** Cannot do it. */
  readonly without?: System;
  /** Runs once, on the running systems by name; its result is handed to every round. */
  readonly prepare?: (stages: ReadonlyMap<string, Stage>) => Promise<number>;
  /** One measurement. Rejects when it went wrong, which is said in the row. */
  readonly measure: (stage: Stage) => Promise<Sample>;
}

export const ONE_BACKEND: SiteOptions = { deployments: 1, backends: 1, eventsPerSecond: 50 };

const PARTS: readonly Part[] = ["basic", "main", "every"];

/** Whether a system takes part in a scenario. */
export function takesPart(system: System, { part, without }: Scenario): boolean {
  return system !== without && PARTS.indexOf(system.part) >= PARTS.indexOf(part);
}
