import { LEVELS_EXPECTED, LOGGING_PATH, orderLogLevel, tellLogLevel } from "@rollcall/runtime";
import { Hono } from "hono";
import type { ProberHttp } from "./context.ts";
import { detailsOnly, ordersOnly } from "./details.ts";

/** How much is logged, and orders for it. */
export function loggingRoutes(http: ProberHttp): Hono {
  const { log, logLevel: level } = http;
  const app = new Hono();
  app.get(LOGGING_PATH, detailsOnly(http), (c) => c.json(tellLogLevel(level)));
  app.post(LOGGING_PATH, ordersOnly(http), (c) => {
    const done = orderLogLevel(c.req.query("level"), { level, log, order: (one) => level.order(one) });
    return done === null ? c.json({ error: `level: expected ${LEVELS_EXPECTED}` }, 400) : c.json(done);
  });
  return app;
}
