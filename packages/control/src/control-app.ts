import type { HttpBindings } from "@hono/node-server";
import {
  LEVELS_EXPECTED,
  LOGGING_PATH,
  orderLogLevel,
  printSettingsStatus,
  tellLogLevel,
  type Log,
  type LogLevelControl,
  type SettingsSource,
} from "@rollcall/runtime";
import { Hono, type MiddlewareHandler } from "hono";
import type { AdminApi, Entrance } from "./api/admin-api.ts";
import { openApi } from "./api/openapi.ts";
import { notFound, printRefusal } from "./api/refusal.ts";
import type { ControlMetrics } from "./metrics.ts";

export interface ControlHttp {
  readonly api: AdminApi;
  readonly metrics: ControlMetrics;
  readonly log: Log;
  readonly logLevel: LogLevelControl;
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
  addLogging(app, http, http.api.mastersOnly(entrance));
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

type Env = { Bindings: HttpBindings };

/** How much is logged, and orders for it. */
function addLogging(
  app: Hono<Env>,
  { log, logLevel: level }: Pick<ControlHttp, "log" | "logLevel">,
  guard: MiddlewareHandler<Env>,
): void {
  app.get(LOGGING_PATH, guard, (c) => c.json(tellLogLevel(level)));
  app.post(LOGGING_PATH, guard, (c) => {
    const done = orderLogLevel(c.req.query("level"), { level, log, order: (one) => level.order(one) });
    if (done !== null) return c.json(done);
    const error = `level: expected ${LEVELS_EXPECTED}`;
    return c.json(
      printRefusal({ status: 400, message: error, type: "bad_request_error", param: "level" }),
      400,
    );
  });
}
