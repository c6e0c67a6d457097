import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import type { ProberHttp } from "./context.ts";

/** What gateways on other hosts follow, once or as a stream. The writer itself asks for the credential of what it holds. */
export function stateRoutes({ snapshots }: Pick<ProberHttp, "snapshots">): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get("/state", (c) => {
    snapshots.answer(c.env.incoming, c.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  return app;
}
