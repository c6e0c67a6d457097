import { WARNINGS } from "@rollcall/contract";
import { ask } from "../ask.ts";
import type { Check } from "../check.ts";
import { fine, warns } from "../finding.ts";

export interface ClockFacts {
  readonly subject: string;
  /** How far it is ahead of this machine's. */
  readonly skewMs: number;
}

/** As the prober judges the clocks of backends, which are told with what else is known of those. */
const TOO_MUCH_MS = 60_000;

/** The clocks of daemons and of probers elsewhere, by the `date` of their answers. */
export const clocksCheck: Check<readonly ClockFacts[]> = {
  name: "clocks",
  async gather({ daemons, config, now }) {
    const probers = await Promise.all(
      config.state.probers.map(async (url) => {
        const answer = await ask(`${url.replace(/\/+$/, "")}/livez`, null, now);
        return { subject: `prober at ${url}`, answer };
      }),
    );
    const own = daemons.map(({ name, url, metrics }) => ({ subject: `${name} at ${url}`, answer: metrics }));
    return [...own, ...probers].flatMap(({ subject, answer }) =>
      answer.kind === "answer" && answer.skewMs !== null ? [{ subject, skewMs: answer.skewMs }] : [],
    );
  },
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
