import { createMiddleware } from "hono/factory";
import { refusal, type GatewayEnv } from "../call.ts";
import type { ExpectedKey } from "./expected-key.ts";

/** Lets through who sends the master key. Without a master key everybody is let through: the start allows that on loopback only. */
export function authenticate(expected: ExpectedKey) {
  return createMiddleware<GatewayEnv>(async (c, next) => {
    const fault = expected.judge(c.env.incoming.headers);
    if (fault !== null) return refusal({ kind: fault }, c.get("requestId"));
    await next();
    return undefined;
  });
}
