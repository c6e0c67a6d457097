import { Input, NAMES, oneOf, type Shape } from "../control/input.ts";
import type { Fleet } from "./fleet.ts";
import { SWITCH_NAMES } from "./switches.ts";

const INDEXES: Shape<"all" | number[]> = {
  what: '"all" or a list of whole numbers from 0 on',
  accepts: (value): value is "all" | number[] =>
    value === "all" ||
    (Array.isArray(value) && value.every((item) => Number.isInteger(item) && Number(item) >= 0)),
};

/**
 * Carries out one line: `{"backends":[17,18],"switch":"hang"}`, `{"backends":"all","switch":"well"}` or
 * `{"backends":[17],"names":["other"]}`. Returns how many backends were switched; throws an InputError or RangeError.
 */
export async function commandFleet(fleet: Fleet, line: string): Promise<number> {
  const input = new Input(line);
  const chosen = input.take("backends", INDEXES);
  const { switch: state } = input.maybe("switch", oneOf(SWITCH_NAMES));
  const { names } = input.maybe("names", NAMES);
  input.done();
  const indexes = chosen === "all" ? Array.from({ length: fleet.size }, (_, index) => index) : chosen;
  // Asked for at once, so that nothing is switched when one of them does not exist.
  for (const index of indexes) fleet.namesOf(index);
  for (const index of indexes) if (names !== undefined) fleet.rename(index, names);
  if (state !== undefined) await Promise.all(indexes.map((index) => fleet.switch(index, state)));
  return indexes.length;
}
