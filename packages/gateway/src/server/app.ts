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
    if (typeof principal === "string") return reject(c, services, { kind: principal });
    const refusal = principal.kind === "anonymous" ? services.visitors.refuse(headers) : null;
    if (refusal !== null) return reject(c, services, refusal);
    await next();
    return undefined;
  });
  for (const path of ["/v1/models", "/models"]) addModels(app, services, path);
  app.notFound((c) => reject(c, services, { kind: "no_route", method: c.req.method, path: c.req.path }));
  app.onError((error, c) => {
    services.log.error({ error: error.stack }, "internal error: a bug in the gateway");
    return reject(c, services, { kind: "internal" });
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

function addModels(app: Hono<GatewayEnv>, services: Services, path: string): void {
  const { clock, state } = services;
  const created = Math.floor(clock.now() / 1_000);
  app.get(path, (c) => withId(c, c.json(listModels(state.get(), created))));
  // Aliases may hold slashes.
  app.get(`${path}/:id{.+}`, (c) => {
    const id = c.req.param("id");
    const card = findModel(state.get(), id, created);
    return card === null
      ? reject(c, services, { kind: "unknown_model", model: id })
      : withId(c, c.json(card));
  });
  app.all(path, (c) => reject(c, services, { kind: "wrong_method", method: c.req.method, allowed: "GET" }));
}

/** What matched no endpoint has no observers: it is counted and logged here. */
function reject(c: Context<GatewayEnv>, services: Services, failure: GatewayError): Response {
  const response = errorResponse(failure, c.get("requestId"));
  if (response.status < 500) {
    const { kind: reason } = failure;
    const endpoint = MODELS.test(c.req.path) ? "models" : "other";
    const client = c.env.incoming.socket.remoteAddress ?? null;
    services.metrics.rejected(endpoint, reason);
    services.rejections.add({ reason, client, facts: { requestId: c.get("requestId"), endpoint } });
  }
  return response;
}

const MODELS = /^(?:\/v1)?\/models(?:\/|$)/;

function withId(c: Context<GatewayEnv>, response: Response): Response {
  response.headers.set("x-request-id", c.get("requestId"));
  return response;
}
