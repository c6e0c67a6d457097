import type { HttpBindings } from "@hono/node-server";
import type { MiddlewareHandler } from "hono";
import { REJECTIONS } from "../metrics.ts";
import type { ProberHttp } from "./context.ts";

/** Counts and logs requests that are turned away, whoever answers them. */
export function countRejections({ prober, rejections }: ProberHttp): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const { incoming, outgoing } = (c.env ?? {}) as Partial<HttpBindings>;
    // A snapshot's writer answers by itself.
    const status = outgoing?.headersSent === true ? outgoing.statusCode : c.res.status;
    const reason = REJECTIONS.get(status);
    if (reason === undefined) return;
    prober.metrics.rejected(status);
    rejections.add({ reason, client: incoming?.socket.remoteAddress ?? null, facts: { status } });
  };
}
