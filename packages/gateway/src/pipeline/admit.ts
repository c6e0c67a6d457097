import type { GatewayError } from "../errors/gateway-error.ts";
import type { Cancelable } from "./cancelable.ts";
import type { RequestContext } from "./request-context.ts";
import type { Reservation } from "./reservation.ts";
import { SUSPENDED, type Flow, type Stage } from "./stage.ts";

/** Null: nothing is limited. */
export type Admitted = Reservation | GatewayError | null;

/** Reserves in every scope that has a limit. It may ask a ledger: `done` is called at once, or later. */
export interface Admission {
  reserve(ctx: RequestContext, done: (result: Admitted) => void): Cancelable | null;
}

export function admit(admission: Admission, flow: Flow): Stage {
  return (ctx) => {
    let isSync = true;
    let failure: GatewayError | null = null;
    let isDone = false;
    const waiting = admission.reserve(ctx, (result) => {
      isDone = true;
      if (result !== null && "kind" in result) failure = result;
      else if (ctx.ended) result?.settle("unused");
      else ctx.reservation = result;
      if (!isSync) flow.resume(ctx, failure);
    });
    isSync = false;
    if (isDone) return failure;
    ctx.waitsFor = waiting;
    return SUSPENDED;
  };
}
