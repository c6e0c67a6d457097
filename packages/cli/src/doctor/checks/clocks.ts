import { WARNINGS } from "@rollcall/contract";
import type { Check } from "../check.ts";
import { fine, warns } from "../finding.ts";

export interface ClockFacts {
  readonly subject: string;
  /** How far it is ahead of this machine's. */
  readonly skewMs: number;
}

/** As the prober judges the clocks of backends, which are told with what else is known of those. */
const TOO_MUCH_MS = 60_000;

/** The clocks of daemons, by the `date` of their answers. */
export const clocksCheck: Check<readonly ClockFacts[]> = {
  name: "clocks",
  gather: ({ daemons }) =>
    daemons.flatMap(({ name, url, metrics }) =>
      metrics.kind === "answer" && metrics.skewMs !== null
        ? [{ subject: `${name} at ${url}`, skewMs: metrics.skewMs }]
        : [],
    ),
  judge(facts) {
    const off = facts.filter(({ skewMs }) => Math.abs(skewMs) > TOO_MUCH_MS);
    if (off.length === 0)
      return facts.length === 0 ? [] : [fine("clocks", `${facts.length} agree within a minute`)];
    return off.map(({ subject, skewMs }) => {
      const far = `${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs > 0 ? "ahead" : "behind"}`;
      return warns(subject, `its clock is ${far}`, WARNINGS.clock_skew.fix);
    });
  },
};
