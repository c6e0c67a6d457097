import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import type { ProberHttp } from "./context.ts";
import { refuseForeign } from "./details.ts";

/** What gateways on other hosts follow, once or as a stream. The writer itself asks for the credential of what it holds. */
export function stateRoutes(http: ProberHttp): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get("/state", (c) => {
    const visit = { host: c.req.header("host"), origin: c.req.header("origin") };
    const foreign = refuseForeign(visit, http);
    if (foreign !== null) return c.json({ error: foreign }, 403);
    http.snapshots.answer(c.env.incoming, c.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  return app;
}
