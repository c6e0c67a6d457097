import { realtime } from "@rollcall/contract";
import { Hono, type MiddlewareHandler } from "hono";
import type { Services } from "../main/services.ts";
import { adminDoor } from "../admin/admin-door.ts";
import { reject } from "./answers.ts";
import { grantOf } from "../keys/grant.ts";
import { cors } from "./cors-routes.ts";
import type { GatewayEnv } from "./gateway-env.ts";
import { addModelRoutes } from "./model-routes.ts";
import { addOpenRoutes, type Scrape } from "./open-routes.ts";
import { addOperatorRoutes, type Operating } from "./operator-routes.ts";
import { requestId } from "./request-id.ts";
import { addTokenCounter } from "./token-counter.ts";

/** What one of several workers answers for all of them. */
export interface Asked extends Operating {
  readonly scrape: Scrape;
}

/** What is asked of the gateway itself: probes, metrics, models, and everything that is no endpoint. */
export function gatewayApp(services: Services, { scrape, ...operating }: Asked): Hono<GatewayEnv> {
  // With and without a slash at the end a path is the same.
  const app = new Hono<GatewayEnv>({ strict: false });
  app.use(requestId);
  app.use(countRejections(services));
  app.use((c, next) => {
    c.set("compat", services.state.get().config.compat);
    return next();
  });
  addOpenRoutes(app, services, scrape);
  app.use(adminDoor(services));
  app.use(cors(services));
  app.use(async (c, next) => {
    const { headers } = c.env.incoming;
    const principal = services.authenticator.authenticate(headers);
    if (typeof principal === "string") return reject(c, { kind: principal });
    const refusal = principal.kind === "anonymous" ? services.visitors.refuse(headers) : null;
    if (refusal !== null) return reject(c, refusal);
    const rules = grantOf(principal)?.rules(services.state.get().config) ?? null;
    if (rules !== null && !rules.mayRead(c.req.path))
      return reject(c, { kind: "route_denied", path: c.req.path });
    c.set("permit", rules);
    c.set("principal", principal);
    await next();
    return undefined;
  });
  for (const path of realtime.paths) addUpgradeHint(app, path);
  addModelRoutes(app, services);
  addTokenCounter(app, services);
  addOperatorRoutes(app, services, operating);
  app.notFound((c) => reject(c, { kind: "no_route", method: c.req.method, path: c.req.path }));
  app.onError((error, c) => {
    services.log.error({ error: error.stack }, "internal error: a bug in the gateway");
    return reject(c, { kind: "internal" });
  });
  return app;
}

/** What is asked for there without an upgrade. */
function addUpgradeHint(app: Hono<GatewayEnv>, path: string): void {
  app.get(path, (c) => reject(c, { kind: "upgrade_required" }));
  app.all(path, (c) => reject(c, { kind: "wrong_method", method: c.req.method, allowed: "GET" }));
}

/** What matches no endpoint has no observers: it is counted and logged here. */
function countRejections({ metrics, rejections }: Services): MiddlewareHandler<GatewayEnv> {
  return async (c, next) => {
    await next();
    const failure = c.get("failure");
    if (failure === undefined || c.res.status >= 500) return;
    const { kind: reason } = failure;
    const endpoint = MODELS.test(c.req.path) ? "models" : "other";
    const client = c.env.incoming.socket.remoteAddress ?? null;
    metrics.rejected(endpoint, reason);
    rejections.add({ reason, client, facts: { requestId: c.get("requestId"), endpoint } });
  };
}

const MODELS = /^(?:\/(?:openai|anthropic))?(?:\/v1)?\/models(?:\/|$)/;
