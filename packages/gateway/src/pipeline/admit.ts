import type { GatewayError } from "../errors/gateway-error.ts";
import type { RequestContext } from "./request-context.ts";
import type { Reservation } from "./reservation.ts";
import { SUSPENDED, type Flow, type Stage } from "./stage.ts";

/** Reserves in every scope that has a limit. It may ask a ledger: `done` is called at once, or later. */
export interface Admission {
  reserve(ctx: RequestContext, done: (result: Reservation | GatewayError) => void): void;
}

export function admit(admission: Admission, flow: Flow): Stage {
  return (ctx) => {
    let isSync = true;
    let failure: GatewayError | null = null;
    let isDone = false;
    admission.reserve(ctx, (result) => {
      isDone = true;
      if ("kind" in result) failure = result;
      else if (ctx.ended) result.settle();
      else ctx.reservation = result;
      if (!isSync) flow.resume(ctx, failure);
    });
    isSync = false;
    return isDone ? failure : SUSPENDED;
  };
}
