import { hasRoom } from "./has-room.ts";
import type { RequestContext } from "./request-context.ts";
import type { Reservation } from "./reservation.ts";
import { explainDecision, NOTHING_TRIED } from "./route.ts";
import type { Router } from "./router.ts";
import { SUSPENDED, type Flow, type Stage } from "./stage.ts";

/** Where another alias stands in from the start its limits hold, too: one without room is passed over. */
export function standIn(router: Router, flow: Flow): Stage {
  return (ctx) => {
    const { reservation } = ctx;
    if (reservation === null || ctx.candidate.deployment.alias === ctx.alias) return null;
    makeRoom(ctx, reservation, { router, flow }).catch((error: unknown) => flow.crash(ctx, error));
    return SUSPENDED;
  };
}

async function makeRoom(
  ctx: RequestContext,
  reservation: Reservation,
  { router, flow }: { readonly router: Router; readonly flow: Flow },
): Promise<void> {
  const [held, full] = [new Set<string>(), new Set<string>()];
  for (;;) {
    const { alias } = ctx.candidate.deployment;
    if (await hasRoom(ctx, reservation, alias)) held.add(alias);
    else full.add(alias);
    // Decided anew: meanwhile the deployment may be full.
    const decision = router.decide(ctx, { name: ctx.meant, tried: NOTHING_TRIED, full });
    if (decision.kind !== "forward") return flow.resume(ctx, explainDecision(decision, ctx));
    ctx.candidate = decision.candidate;
    const next = decision.candidate.deployment.alias;
    if (held.has(next)) return flow.resume(ctx, null);
    if (full.has(next)) return flow.resume(ctx, { kind: "all_full", model: ctx.fields.model });
  }
}
