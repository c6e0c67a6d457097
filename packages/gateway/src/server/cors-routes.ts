import { createMiddleware } from "hono/factory";
import type { Services } from "../main/services.ts";
import { corsHeaders, isPreflight, preflightHeaders } from "./cors.ts";
import type { GatewayEnv } from "./gateway-env.ts";

/** What is for operators and their tools, and for no page of another site. */
const NOT_FOR_PAGES = /^\/(?:health|livez|readyz|metrics|routes|explain|logging)(?:\/|$)|^\/$/;

/** For what Hono answers: preflights, those of endpoints too, before a key is asked for. */
export function cors({ state }: Pick<Services, "state">) {
  return createMiddleware<GatewayEnv>(async (c, next) => {
    const { cors: rule } = state.get();
    const { incoming } = c.env;
    const { origin } = incoming.headers;
    if (rule === null || origin === undefined || NOT_FOR_PAGES.test(c.req.path)) return next();
    if (isPreflight(incoming)) {
      return new Response(null, {
        status: 204,
        headers: preflightHeaders(rule, incoming).map(([...pair]) => pair),
      });
    }
    await next();
    for (const [name, value] of corsHeaders(rule, origin)) c.res.headers.append(name, value);
    return undefined;
  });
}
