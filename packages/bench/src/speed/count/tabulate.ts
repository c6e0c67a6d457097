import type { Cell, Row } from "../report.ts";
import type { Column, Sample } from "../scenarios/scenario.ts";
import { added, ratio, type Rounds } from "./compare.ts";
import { spreadOf } from "./spread.ts";

/** What one system measured, in the order of the rounds. */
export interface Measurements {
  readonly system: string;
  readonly samples: readonly Sample[];
  readonly note?: string;
}

/** The row that CPU is compared with unless a scenario says otherwise. */
export const RATIO_BASE = "nginx";
const ADDED_BASE = "direct";

export interface Shape {
  readonly columns: readonly Column[];
  /** The row that ratios are to. */
  readonly base: string;
}

/** Puts rounds together to rows, and compares them with the rows that all are compared with. */
export function tabulate({ columns, base }: Shape, all: readonly Measurements[]): readonly Row[] {
  const roundsOf = (name: string, key: string) =>
    column(all.find(({ system }) => system === name)?.samples ?? [], key);
  return all.map(({ system, samples, note }) => ({
    system,
    cells: Object.fromEntries(
      columns.map(({ key, compare }): [string, Cell] => {
        const values = column(samples, key);
        const value = spreadOf(values);
        if (compare === "ratio") return [key, { value, compared: ratio(values, roundsOf(base, key)) }];
        if (compare === "added" && system !== ADDED_BASE)
          return [key, { value, compared: added(values, roundsOf(ADDED_BASE, key)) }];
        return [key, { value, compared: null }];
      }),
    ),
    ...(note === undefined ? {} : { note }),
  }));
}

function column(samples: readonly Sample[], key: string): Rounds {
  return samples.map((sample) => sample[key] ?? Number.NaN);
}
