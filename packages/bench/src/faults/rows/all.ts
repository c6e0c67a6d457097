import { ANSWERS } from "./answers.ts";
import { CONNECTIONS } from "./connections.ts";
import type { Fault } from "./fault.ts";
import { IDENTITY, ROTATION } from "./identity.ts";
import { LIFECYCLE } from "./lifecycle.ts";
import { OPERATIONS } from "./operations.ts";
import { SHUTDOWN } from "./shutdown.ts";
import { POISON } from "./poison.ts";
import { STREAMS } from "./streams.ts";

/** Every row of the wall, from top to bottom. */
export const FAULTS: readonly Fault[] = [
  ...IDENTITY,
  ...LIFECYCLE,
  ...SHUTDOWN,
  ...CONNECTIONS,
  ...STREAMS,
  ...ANSWERS,
  POISON,
  ...OPERATIONS,
  ROTATION,
];
