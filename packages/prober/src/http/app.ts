import { Hono, type Context } from "hono";
import { readAliases, type AliasReadiness } from "../decide/readiness.ts";
import type { ProberHttp } from "./context.ts";
import { mayReadDetails } from "./details.ts";
import { printStatus } from "./status.ts";

/** What Kubernetes, systemd, Prometheus and people ask the prober. */
export function proberApp(http: ProberHttp): Hono {
  const app = new Hono();
  app.get("/livez", (c) => c.text("ok\n"));
  app.get("/readyz", (c) => readyz(c, http, null));
  app.get("/readyz/:alias{.+}", (c) => readyz(c, http, c.req.param("alias")));
  app.get("/status", (c) => {
    const refusal = mayReadDetails(c.req.header("authorization"), http);
    return refusal === null ? c.json(printStatus(http)) : c.json({ error: refusal }, 401);
  });
  // Open: it says nothing and does what happens every two seconds anyway.
  app.post("/probe/:id{.+}", (c) => {
    const asked = http.prober.probeSoon(c.req.param("id"));
    return c.json({ asked }, asked ? 202 : 200);
  });
  app.get("/metrics", async (c) => {
    const { metrics, fleet } = http.prober;
    return c.body(await metrics.print(fleet), 200, { "content-type": metrics.registry.contentType });
  });
  app.notFound((c) =>
    c.json(
      { error: "there is no such route: try /livez, /readyz, /status, /metrics or POST /probe/<deployment>" },
      404,
    ),
  );
  app.onError((_fault, c) => c.json({ error: "internal error" }, 500));
  return app;
}

/** 200 when all that was asked for can be called, else 503; `?verbose` says which and why, without hosts or names. */
function readyz(c: Context, http: ProberHttp, alias: string | null): Response {
  const all = readAliases(http.prober.fleet.verdicts());
  const asked = alias === null ? all : all.filter((entry) => entry.alias === alias);
  if (alias !== null && asked.length === 0)
    return c.text(`no alias ${JSON.stringify(alias)} in the config\n`, 404);
  const called = http.prober.calledOnce;
  const ready = called && !http.draining() && asked.every((entry) => entry.ready);
  const lines = c.req.query("verbose") === undefined ? [] : asked.map(printAlias);
  if (!called) lines.push("[-] the first roll call is not over");
  if (http.draining()) lines.push("[-] shutting down");
  if (http.source.fault !== null) lines.push("[!] the config file has errors: the previous config is in use");
  return c.text([...lines, ready ? "ready" : "not ready", ""].join("\n"), ready ? 200 : 503);
}

function printAlias({ alias, ready, deployments }: AliasReadiness): string {
  const parts = deployments.map((deployment) => `${deployment.id} ${deployment.reason}`);
  return `${ready ? "[+]" : "[-]"} ${alias}: ${parts.join(", ")}`;
}
