import { asAny, type AnyCheck } from "../check.ts";
import { backendsCheck } from "./backends.ts";
import { certificatesCheck } from "./certificates.ts";
import { clocksCheck } from "./clocks.ts";
import { configCheck } from "./config.ts";
import { controlCheck } from "./control-directory.ts";
import { daemonsCheck } from "./daemons.ts";
import { namesCheck } from "./names.ts";
import { permissionsCheck } from "./permissions.ts";
import { stateCheck } from "./state.ts";
import { versionsCheck } from "./versions.ts";

/** All that `rollcall doctor` looks at, in the order in which it is told. */
export const CHECKS: readonly AnyCheck[] = [
  asAny(configCheck),
  asAny(permissionsCheck),
  asAny(stateCheck),
  asAny(controlCheck),
  asAny(versionsCheck),
  asAny(daemonsCheck),
  asAny(clocksCheck),
  asAny(namesCheck),
  asAny(certificatesCheck),
  asAny(backendsCheck),
];
