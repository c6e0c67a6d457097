import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import type { ProberHttp } from "./context.ts";
import { refuseDetails } from "./details.ts";

/** What gateways on other hosts follow: the newest snapshot, once or as a stream. Served names are in it: details. */
export function stateRoutes(http: ProberHttp): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get("/state", (c) => {
    const refusal = refuseDetails(c, http);
    if (refusal !== null) return refusal;
    http.snapshots.answer(c.env.incoming, c.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  return app;
}
