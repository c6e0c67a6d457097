import { ACCESS_LOG } from "./access-log.ts";
import { BODIES } from "./bodies.ts";
import { COLD_START } from "./cold-start.ts";
import { FLEETS } from "./fleets.ts";
import { PASS_THROUGH } from "./pass-through.ts";
import { RATES } from "./rates.ts";
import { RELOAD } from "./reload.ts";
import type { Scenario } from "./scenario.ts";
import { SMALL_1, SMALL_256, SMALL_32 } from "./small.ts";
import { STREAMS } from "./streams.ts";

/** In the order of the report. */
export const SCENARIOS: readonly Scenario[] = [
  SMALL_1,
  SMALL_32,
  SMALL_256,
  ...RATES,
  ...STREAMS,
  ...BODIES,
  FLEETS,
  ACCESS_LOG,
  PASS_THROUGH,
  COLD_START,
  RELOAD,
];
