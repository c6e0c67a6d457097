import type { RequestContext } from "./request-context.ts";
import type { Reservation } from "./reservation.ts";

/** Whether the limits of an alias that is to stand in have room for the request, which then holds it. False too where it is given up. */
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
