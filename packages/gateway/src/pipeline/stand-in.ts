import { NOTHING, type Router } from "./router.ts";
import { SUSPENDED, type Flow, type Stage } from "./stage.ts";
import { withinLimits } from "./within-limits.ts";

/** Where another alias stands in from the start its limits hold, too: one without room is passed over. */
export function standIn(router: Router, flow: Flow): Stage {
  return (ctx) => {
    const { candidate, reservation } = ctx;
    if (reservation === null || candidate.deployment.alias === reservation.alias) return null;
    withinLimits(ctx, {
      decide: (full) => router.decide(ctx, { name: ctx.meant, tried: NOTHING, full }),
      take: (found) => {
        ctx.candidate = found;
        flow.resume(ctx, null);
      },
      refuse: (failure) => flow.resume(ctx, failure),
    }).catch((error: unknown) => flow.crash(ctx, error));
    return SUSPENDED;
  };
}
