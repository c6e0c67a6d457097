import type { GatewayError } from "../errors/gateway-error.ts";
import type { Candidate } from "../routing/candidate.ts";
import type { Decision } from "../routing/decide.ts";
import type { RequestContext } from "./request-context.ts";
import type { Reservation } from "./reservation.ts";
import { explainDecision } from "./route.ts";

export interface Choosing<Taken> {
  /** `full`: aliases that are not to stand in. */
  readonly decide: (full: ReadonlySet<string>) => Decision;
  /** Called in the moment of the decision: later the deployment may be full. */
  readonly take: (candidate: Candidate) => Taken;
  readonly refuse: (failure: GatewayError) => Taken;
}

/** Chooses a deployment of an alias whose limits have room: what stands in has limits of its own. Null: the app has left. */
export async function withinLimits<Taken>(
  ctx: RequestContext,
  { decide, take, refuse }: Choosing<Taken>,
): Promise<Awaited<Taken> | null> {
  const { reservation } = ctx;
  const full = new Set<string>();
  for (;;) {
    const decision = decide(full);
    if (decision.kind !== "forward") return await refuse(explainDecision(decision, ctx));
    const { alias } = decision.candidate.deployment;
    if (reservation === null || reservation.alias === alias) return await take(decision.candidate);
    if (full.has(alias)) return await refuse({ kind: "all_full", model: ctx.fields.model });
    const fits = await hasRoom(ctx, reservation, alias);
    if (isOver(ctx)) return null;
    if (!fits) full.add(alias);
  }
}

/** Whether the limits of an alias have room for the request, which then holds it. False too where the app leaves. */
export function hasRoom(ctx: RequestContext, reservation: Reservation, alias: string): Promise<boolean> {
  return new Promise((resolve) => {
    const waiting = reservation.moveTo(alias, resolve);
    if (waiting === null) return;
    ctx.waitsFor = {
      cancel: () => {
        waiting.cancel();
        resolve(false);
      },
    };
  });
}

function isOver({ ended }: RequestContext): boolean {
  return ended;
}
