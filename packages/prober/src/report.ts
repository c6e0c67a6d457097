import { REASONS, WARNINGS } from "@rollcall/contract";
import type { Log } from "@rollcall/runtime";
import type { Transition } from "./fleet.ts";

/** One line a transition, not one a probe. No hosts and no served names: the detail and the fix carry none. */
export function logTransition(log: Log, { before, after }: Transition): void {
  const { deployment, alias } = after;
  for (const warning of after.warnings.filter((one) => !before.warnings.includes(one))) {
    const { meaning, fix } = WARNINGS[warning];
    log.warn({ deployment, alias, warning, meaning, fix }, "deployment warning");
  }
  // Another wrong name is worth a line, and so is a warning's end for nobody.
  if (after.reason === before.reason && after.hint === before.hint) return;
  const level = REASONS[after.reason].severity === "info" ? "info" : "warn";
  log[level](
    {
      deployment,
      alias,
      from: before.reason,
      to: after.reason,
      detail: after.detail,
      ...(after.reason === "ok" ? {} : { fix: REASONS[after.reason].fix }),
    },
    "deployment changed",
  );
}
