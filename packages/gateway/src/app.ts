import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono, type Context } from "hono";
import { refusal, type Call, type GatewayEnv } from "./call.ts";
import type { GatewayError } from "./errors/gateway-error.ts";
import type { Gateway } from "./gateway.ts";
import { authenticate } from "./middleware/authenticate.ts";
import type { ExpectedKey } from "./middleware/expected-key.ts";
import { requestId } from "./middleware/request-id.ts";
import { forward } from "./request/forward.ts";
import { findModel, listModels } from "./routes/models.ts";
import { MODEL_ROUTES } from "./routes/paths.ts";
import { readReadiness } from "./routes/readiness.ts";

/** The text of `/metrics`. */
export type Scrape = () => Promise<string>;

/** What apps, Kubernetes and Prometheus ask the gateway. */
export function gatewayApp(
  gateway: Gateway,
  { expected, scrape }: { expected: ExpectedKey; scrape: Scrape },
): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  addProbes(app, { gateway, scrape });
  app.use(requestId);
  app.use(authenticate(expected));
  for (const prefix of ["/v1", ""]) {
    for (const route of MODEL_ROUTES) {
      app.post(prefix + route, async (c) => {
        await forward(gateway, callOf(gateway, c), route);
        return RESPONSE_ALREADY_SENT;
      });
      app.all(prefix + route, (c) =>
        reject(c, { kind: "wrong_method", method: c.req.method, allowed: "POST" }),
      );
    }
    addModels(app, { gateway, path: `${prefix}/models` });
  }
  app.notFound((c) => reject(c, { kind: "no_route", method: c.req.method, path: c.req.path }));
  app.onError((fault, c) => {
    gateway.log.error({ fault: fault.stack }, "request failed inside the gateway");
    return reject(c, { kind: "internal" });
  });
  return app;
}

/** Open to all: they reveal no hosts, names or keys. */
function addProbes(app: Hono<GatewayEnv>, { gateway, scrape }: { gateway: Gateway; scrape: Scrape }): void {
  app.get("/livez", (c) => c.text("ok\n"));
  app.get("/readyz", (c) => {
    const { ready, lines } = readReadiness(gateway);
    const shown = c.req.query("verbose") === undefined ? [] : lines;
    return c.text([...shown, ready ? "ready" : "not ready", ""].join("\n"), ready ? 200 : 503);
  });
  app.get("/metrics", async (c) =>
    c.body(await scrape(), 200, { "content-type": gateway.metrics.registry.contentType }),
  );
}

function addModels(app: Hono<GatewayEnv>, { gateway, path }: { gateway: Gateway; path: string }): void {
  const created = Math.floor(gateway.clock.now() / 1_000);
  app.get(path, (c) => withId(c, c.json(listModels(gateway.view.get(), created))));
  // Aliases may hold slashes.
  app.get(`${path}/:id{.+}`, (c) => {
    const id = c.req.param("id");
    const card = findModel(gateway.view.get(), id, created);
    return card === null ? reject(c, { kind: "unknown_model", model: id }) : withId(c, c.json(card));
  });
  app.all(path, (c) => reject(c, { kind: "wrong_method", method: c.req.method, allowed: "GET" }));
}

function callOf(gateway: Gateway, c: Context<GatewayEnv>): Call {
  const { incoming, outgoing } = c.env;
  return {
    incoming,
    outgoing,
    requestId: c.get("requestId"),
    startedAt: gateway.clock.monotonic(),
  };
}

function reject(c: Context<GatewayEnv>, failure: GatewayError): Response {
  return refusal(failure, c.get("requestId"));
}

function withId(c: Context<GatewayEnv>, response: Response): Response {
  response.headers.set("x-request-id", c.get("requestId"));
  return response;
}
