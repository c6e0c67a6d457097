import { realtime } from "@rollcall/contract";
import { Hono, type Context } from "hono";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Services } from "../main/services.ts";
import type { GatewayEnv } from "./gateway-env.ts";
import { findModel, listModels } from "./models.ts";
import { readReadiness } from "./readiness.ts";
import { requestId } from "./request-id.ts";
import { errorResponse } from "./send-error.ts";

/** The text of `/metrics`. */
export type Scrape = () => Promise<string>;

/** What is asked of the gateway itself: probes, metrics, models, and everything that is no endpoint. */
export function gatewayApp(services: Services, scrape: Scrape): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  addProbes(app, services, scrape);
  app.use(requestId);
  app.use(async (c, next) => {
    const { headers } = c.env.incoming;
    const principal = services.authenticator.authenticate(headers);
    if (typeof principal === "string") return reject(c, { kind: principal });
    const refusal = principal.kind === "anonymous" ? services.visitors.refuse(headers) : null;
    if (refusal !== null) return reject(c, refusal);
    await next();
    return undefined;
  });
  for (const path of realtime.paths) addUpgradeHint(app, path);
  for (const path of ["/v1/models", "/models"]) addModels(app, services, path);
  app.notFound((c) => reject(c, { kind: "no_route", method: c.req.method, path: c.req.path }));
  app.onError((error, c) => {
    services.log.error({ error: error.stack }, "internal error: a bug in the gateway");
    return reject(c, { kind: "internal" });
  });
  return app;
}

/** Open to all: they reveal no hosts, names or keys. */
function addProbes(app: Hono<GatewayEnv>, services: Services, scrape: Scrape): void {
  app.get("/livez", (c) => c.text("ok\n"));
  app.get("/readyz", (c) => {
    const { ready, lines } = readReadiness(services);
    const shown = c.req.query("verbose") === undefined ? [] : lines;
    return c.text([...shown, ready ? "ready" : "not ready", ""].join("\n"), ready ? 200 : 503);
  });
  app.get("/metrics", async (c) =>
    c.body(await scrape(), 200, { "content-type": services.metrics.registry.contentType }),
  );
}

function addModels(app: Hono<GatewayEnv>, { clock, state }: Services, path: string): void {
  const created = Math.floor(clock.now() / 1_000);
  app.get(path, (c) => withId(c, c.json(listModels(state.get(), created))));
  // Aliases may hold slashes.
  app.get(`${path}/:id{.+}`, (c) => {
    const id = c.req.param("id");
    const card = findModel(state.get(), id, created);
    return card === null ? reject(c, { kind: "unknown_model", model: id }) : withId(c, c.json(card));
  });
  app.all(path, (c) => reject(c, { kind: "wrong_method", method: c.req.method, allowed: "GET" }));
}

/** What is asked for there without an upgrade. */
function addUpgradeHint(app: Hono<GatewayEnv>, path: string): void {
  app.get(path, (c) => reject(c, { kind: "upgrade_required" }));
  app.all(path, (c) => reject(c, { kind: "wrong_method", method: c.req.method, allowed: "GET" }));
}

function reject(c: Context<GatewayEnv>, failure: GatewayError): Response {
  return errorResponse(failure, c.get("requestId"));
}

function withId(c: Context<GatewayEnv>, response: Response): Response {
  response.headers.set("x-request-id", c.get("requestId"));
  return response;
}
