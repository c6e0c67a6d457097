import { type Spread, spreadOf } from "./spread.ts";

/** Values of one column, one a round. NaN where a round measured nothing. */
export type Rounds = readonly number[];

/** Round by round, so that what slowed both down at one time cancels out. Null without a common round. */
export function ratio(values: Rounds, base: Rounds): Spread | null {
  return spreadOf(values.map((value, round) => value / (base[round] ?? Number.NaN)));
}

export function added(values: Rounds, base: Rounds): Spread | null {
  return spreadOf(values.map((value, round) => value - (base[round] ?? Number.NaN)));
}
