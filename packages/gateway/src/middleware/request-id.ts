import { randomUUID } from "node:crypto";
import { createMiddleware } from "hono/factory";
import type { GatewayEnv } from "../call.ts";

/** What an app sends as an id ends up in headers and logs: plain characters, and not many. */
const PLAIN = /^[\w.:-]{1,128}$/;

/** Takes the app's `x-request-id` over where it is a plain one, else makes one. */
export const requestId = createMiddleware<GatewayEnv>((c, next) => {
  const sent = c.env.incoming.headers["x-request-id"];
  c.set("requestId", typeof sent === "string" && PLAIN.test(sent) ? sent : `req-${randomUUID()}`);
  return next();
});
