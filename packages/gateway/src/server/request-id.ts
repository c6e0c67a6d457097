import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { createMiddleware } from "hono/factory";
import type { GatewayEnv } from "./gateway-env.ts";

/** What an app sends as an id ends up in headers and logs: plain characters, and not many. */
const PLAIN = /^[\w.:-]{1,128}$/;

/** The app's `x-request-id`, or LiteLLM's header for it, where it is a plain one, else a new one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const sent = headers["x-request-id"] ?? headers["x-litellm-call-id"];
  return typeof sent === "string" && PLAIN.test(sent) ? sent : `req-${randomUUID()}`;
}

export const requestId = createMiddleware<GatewayEnv>((c, next) => {
  c.set("requestId", requestIdOf(c.env.incoming.headers));
  return next();
});
