import { ENDPOINTS } from "@rollcall/contract";
import { sentKey } from "@rollcall/runtime";
import type { Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import type { Services } from "../main/services.ts";
import { grantOf } from "../keys/grant.ts";
import { reject } from "./answers.ts";
import type { GatewayEnv } from "./gateway-env.ts";
import type { Counts } from "../observe/counts.ts";
import { withLiteLlmNames } from "../observe/litellm-names.ts";
import { CONTENT_TYPES, formatFor, printCounts } from "../observe/print-counts.ts";
import { healthReport } from "./health-report.ts";
import { LANDING, LANDING_HEADERS, LANDING_PAGE } from "./landing-page.ts";
import { readReadiness } from "./readiness.ts";

/** All that was counted, by all workers where there are several. */
export type Scrape = () => Promise<Counts>;

/** Open to all: they reveal no hosts, names or keys. */
export function addOpenRoutes(app: Hono<GatewayEnv>, services: Services, scrape: Scrape): void {
  app.get("/livez", (c) => c.text("ok\n"));
  app.get("/readyz", (c) => {
    const { ready, lines } = readReadiness(services);
    const shown = c.req.query("verbose") === undefined ? [] : lines;
    return c.text([...shown, ready ? "ready" : "not ready", ""].join("\n"), ready ? 200 : 503);
  });
  app.get("/metrics", async (c) => {
    const { metrics } = services.state.get().config;
    if (metrics.keyLabels !== "none") {
      const principal = services.authenticator.authenticate(c.env.incoming.headers);
      if (typeof principal === "string") return reject(c, { kind: principal });
      if (principal.kind === "key") return reject(c, { kind: "route_denied", path: c.req.path });
      const refusal =
        principal.kind === "anonymous" ? services.visitors.refuse(c.env.incoming.headers) : null;
      if (refusal !== null) return reject(c, refusal);
    }
    const format = formatFor(c.req.header("accept"));
    const counts = await scrape();
    const named = metrics.litellmNames ? withLiteLlmNames(counts) : counts;
    return c.body(printCounts(named, format), 200, { "content-type": CONTENT_TYPES[format] });
  });
  addLiteLlmProbes(app, services);
  app.get("/", landing);
  app.get("/routes", (c) => c.json({ routes: routesOf(app) }));
}

/** Where LiteLLM's and vLLM's probes are, so that a manifest can stay as it is. */
function addLiteLlmProbes(app: Hono<GatewayEnv>, services: Services): void {
  for (const path of ["/health/liveliness", "/health/liveness"]) app.get(path, (c) => c.json("I'm alive!"));
  app.get("/health/readiness", (c) => {
    const { ready } = readReadiness(services);
    return c.json({ status: ready ? "healthy" : "unhealthy", db: "Not connected" }, ready ? 200 : 503);
  });
  // vLLM's is asked without a key and has no body; LiteLLM's is asked with one.
  app.get("/health", (c) => {
    const { headers } = c.env.incoming;
    const state = services.state.get();
    const principal = services.authenticator.authenticate(headers);
    if (principal === "no_key") return c.body(null, 200);
    if (typeof principal === "string") return reject(c, { kind: principal });
    const isKeyless = principal.kind === "anonymous";
    if (isKeyless && sentKey(headers, state.config.keyHeader) === null) return c.body(null, 200);
    const refusal = isKeyless ? services.visitors.refuse(headers) : null;
    if (refusal !== null) return reject(c, refusal);
    const { model, model_id } = c.req.query();
    const permit = grantOf(principal)?.rules(state.config) ?? null;
    return c.json(healthReport(state, { model, model_id, permit }, services.clock.monotonic()));
  });
}

function landing(c: Context<GatewayEnv>): Response {
  const type = accepts(c, {
    header: "Accept",
    supports: ["application/json", "text/html"],
    default: "application/json",
  });
  return type === "text/html"
    ? c.html(LANDING_PAGE, 200, LANDING_HEADERS)
    : c.json(LANDING, 200, LANDING_HEADERS);
}

/** Every path that is served, as LiteLLM lists them. */
function routesOf({ routes }: Hono<GatewayEnv>): readonly { path: string; methods: string[] }[] {
  const methods = new Map<string, Set<string>>();
  const add = (path: string, method: string) =>
    methods.set(path, (methods.get(path) ?? new Set()).add(method));
  for (const { method, paths } of ENDPOINTS) for (const path of paths) add(path, method);
  // A guard before a route is one more row of Hono's.
  for (const { method, path } of routes)
    if (method !== "ALL") add(path.replace(":id{.+}", "{model}").replace(":id", "{id}"), method);
  return [...methods].map(([path, of]) => ({ path, methods: [...of] }));
}
