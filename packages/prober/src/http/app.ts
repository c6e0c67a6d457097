import type { ProbeCause } from "@rollcall/contract";
import { Hono } from "hono";
import type { ProberHttp } from "./context.ts";
import { detailsOnly } from "./details.ts";
import { drainRoutes } from "./drain.ts";
import { readEvents } from "./event-list.ts";
import { explain, printUnknownName } from "./explanation.ts";
import { countRejections } from "./rejections.ts";
import { loggingRoutes } from "./logging.ts";
import { readyzRoutes } from "./readyz.ts";
import { stateRoutes } from "./state.ts";
import { printStatus } from "./status.ts";
import { pageRoutes } from "../page/page-routes.ts";

const ROUTES =
  "/ for people, /livez, /readyz, /readyz/<alias>, /readyz/deployment/<id>, /status, /events, /explain/<alias or deployment>, /state, /logging, /metrics, POST /probe/<deployment> or POST and DELETE /drain/<deployment>";

/** What Kubernetes, systemd, Prometheus and people ask the prober. */
export function proberApp(http: ProberHttp): Hono {
  const app = new Hono();
  app.use(countRejections(http));
  app.get("/livez", (c) => c.text("ok\n"));
  app.route("/", readyzRoutes(http));
  const details = detailsOnly(http);
  app.get("/status", details, (c) => c.json(printStatus(http)));
  app.get("/events", details, (c) => {
    const events = readEvents(c.req.query(), http);
    return events.ok ? c.json(events.value) : c.json({ error: events.error }, 400);
  });
  app.get("/explain/:name{.+}", details, (c) => {
    const name = c.req.param("name");
    const explanation = explain(name, http);
    return explanation === null ? c.json({ error: printUnknownName(name, http) }, 404) : c.json(explanation);
  });
  app.route("/", stateRoutes(http));
  // Open: it says nothing and does what happens every two seconds anyway.
  app.post("/probe/:id{.+}", (c) => {
    const isSuspect = c.req.query("cause") !== ("silence" satisfies ProbeCause);
    const asked = http.prober.probeSoon(c.req.param("id"), { isSuspect });
    return c.json({ asked }, asked ? 202 : 200);
  });
  app.route("/", drainRoutes(http));
  app.route("/", loggingRoutes(http));
  app.route("/", pageRoutes(http));
  app.get("/metrics", async (c) => {
    const { prober } = http;
    const text = await prober.printMetrics();
    return c.body(text, 200, { "content-type": prober.metrics.registry.contentType });
  });
  app.notFound((c) => c.json({ error: `no such route; try ${ROUTES}` }, 404));
  app.onError((_fault, c) => c.json({ error: "internal error" }, 500));
  return app;
}
