import type { HttpBindings } from "@hono/node-server";
import type { SettingsSource } from "@rollcall/runtime";
import { printSettingsStatus } from "@rollcall/runtime";
import { Hono } from "hono";
import type { AdminApi, Entrance } from "./api/admin-api.ts";
import { openApi } from "./api/openapi.ts";
import { notFound, printRefusal } from "./api/refusal.ts";
import type { ControlMetrics } from "./metrics.ts";

export interface ControlHttp {
  readonly api: AdminApi;
  readonly metrics: ControlMetrics;
  readonly source: Pick<SettingsSource, "status">;
  /** Have the keys been read, and can they be changed? */
  readonly isCurrent: () => boolean;
  readonly draining: () => boolean;
}

/** What Kubernetes, systemd and Prometheus ask control, and the admin API behind it. */
export function controlApp(http: ControlHttp, entrance: Entrance): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get("/livez", (c) => c.text("ok\n"));
  app.get("/readyz", (c) => {
    const lines: string[] = [];
    if (!http.isCurrent()) lines.push("[-] the database cannot be read or written");
    if (http.draining()) lines.push("[-] shutting down");
    const ready = lines.length === 0;
    const { fault, needRestart } = http.source.status.get();
    const told = c.req.query("verbose") === undefined ? { fault, needRestart: [] } : { fault, needRestart };
    lines.push(...printSettingsStatus(told).map((line) => `[!] ${line}`));
    return c.text([...lines, ready ? "ready" : "not ready", ""].join("\n"), ready ? 200 : 503);
  });
  app.get("/metrics", async (c) => {
    const { registry } = http.metrics;
    return c.body(await registry.metrics(), 200, { "content-type": registry.contentType });
  });
  app.get("/openapi.json", (c) => c.json(openApi()));
  app.route("/", http.api.app(entrance));
  app.notFound((c) => c.json(printRefusal(notFound("Not found")), 404));
  app.onError((_fault, c) =>
    c.json(
      { error: { message: "internal error", type: "internal_server_error", param: null, code: "500" } },
      500,
    ),
  );
  return app;
}
