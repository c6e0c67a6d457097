import { isRoutable, parseDuration, type Result, err, ok, type Verdict } from "@rollcall/contract";
import { printSettingsStatus } from "@rollcall/runtime";
import { Hono, type Context } from "hono";
import { readAliases, type AliasReadiness } from "../judge/readiness.ts";
import { isMet, isMetBy, parseRequirement, type Requirement } from "../judge/requirement.ts";
import { aliasOf } from "./alias-of.ts";
import type { ProberHttp } from "./context.ts";

/**
 * Can all be called, or one alias, or one deployment? 200 or 503; `?require=` says how much is enough, `?max_age=` how long
 * ago a deployment was last found ready at most, `?verbose` which are out and why, without hosts or served names.
 *
 * Aliases may hold slashes. Written with plain ones `deployment/x` is the deployment `x`, whatever aliases there are, so
 * that no edit of the config can make a probe ask for something else; the alias of that name is `deployment%2Fx`.
 */
export function readyzRoutes(http: ProberHttp): Hono {
  const app = new Hono();
  app.get("/readyz", (c) =>
    withRequirement(c, (requirement) =>
      withVerdicts(c, http, (verdicts) => answer(c, http, { asked: readAliases(verdicts), requirement })),
    ),
  );
  app.get("/readyz/deployment/:id{.+}", (c) => ofDeployment(c, http));
  app.get("/readyz/:alias{.+}", (c) =>
    withRequirement(c, (requirement) =>
      withVerdicts(c, http, (verdicts) => {
        const name = c.req.param("alias");
        const alias = aliasOf(name, http.settings.get().config);
        const asked = readAliases(verdicts).filter((entry) => entry.alias === alias);
        return asked.length === 0
          ? c.text(`no alias ${JSON.stringify(name)} in the config\n`, 404)
          : answer(c, http, { asked, requirement });
      }),
    ),
  );
  return app;
}

interface Asked {
  readonly asked: readonly AliasReadiness[];
  readonly requirement: Requirement;
}

function withVerdicts(
  c: Context,
  http: ProberHttp,
  next: (verdicts: readonly Verdict[]) => Response,
): Response {
  const maxAge = parseMaxAge(c.req.query("max_age"));
  if (!maxAge.ok) return c.text(`${maxAge.error}\n`, 400);
  const verdicts = http.prober.fleet.verdicts();
  const since = http.clock.now() - (maxAge.value ?? Number.POSITIVE_INFINITY);
  return next(verdicts.map((verdict) => asKnownSince(verdict, since)));
}

/** In milliseconds; null: however old. */
function parseMaxAge(written: string | undefined): Result<number | null, string> {
  if (written === undefined) return ok(null);
  const ms = parseDuration(written);
  return ms === null
    ? err(`max_age must be a duration such as 5s, and not ${JSON.stringify(written)}`)
    : ok(ms);
}

/** After a restart of a server the verdict on what it was before holds until the next probes. */
function asKnownSince(verdict: Verdict, since: number): Verdict {
  const isKnown = !isRoutable(verdict) || (verdict.lastGoodAt ?? Number.NEGATIVE_INFINITY) >= since;
  return isKnown ? verdict : { ...verdict, ready: false, reason: "unknown" };
}

function withRequirement(c: Context, next: (requirement: Requirement) => Response): Response {
  const requirement = parseRequirement(c.req.queries("require") ?? []);
  return requirement.ok ? next(requirement.value) : c.text(`${requirement.error}\n`, 400);
}

function ofDeployment(c: Context, http: ProberHttp): Response {
  const id = c.req.param("id") ?? "";
  if (c.req.queries("require") !== undefined)
    return c.text("require has no meaning for a single deployment\n", 400);
  return withVerdicts(c, http, (verdicts) => {
    const asked = readAliases(verdicts.filter(({ deployment }) => deployment === id));
    if (asked.length > 0) return answer(c, http, { asked, requirement: null });
    const alias = `deployment/${id}`;
    const other = verdicts.some((verdict) => verdict.alias === alias)
      ? `; the alias ${JSON.stringify(alias)} is at /readyz/${encodeURIComponent(alias)}`
      : "";
    return c.text(`no deployment ${JSON.stringify(id)} in the config${other}\n`, 404);
  });
}

function answer(c: Context, http: ProberHttp, { asked, requirement }: Asked): Response {
  const called = http.prober.initialRoundDone;
  const ready = called && !http.draining() && isMet(requirement, asked);
  const verbose = c.req.query("verbose") !== undefined;
  const lines = verbose ? asked.map((entry) => printAlias(entry, isMetBy(entry, requirement))) : [];
  if (!called) lines.push("[-] initial probe round not done");
  if (http.draining()) lines.push("[-] shutting down");
  const { fault, needRestart } = http.source.status.get();
  const told = verbose ? { fault, needRestart } : { fault, needRestart: [] };
  lines.push(...printSettingsStatus(told).map((line) => `[!] ${line}`));
  return c.text([...lines, ready ? "ready" : "not ready", ""].join("\n"), ready ? 200 : 503);
}

function printAlias({ alias, deployments }: AliasReadiness, met: boolean): string {
  const parts = deployments.map((deployment) => `${deployment.id} ${deployment.reason}`);
  // Drained altogether is meant, and no fault.
  const mark = met ? "[+]" : deployments.every(({ isDrained }) => isDrained) ? "[!]" : "[-]";
  return `${mark} ${onOneLine(`${alias}: ${parts.join(", ")}`)}`;
}

/** Aliases and ids may hold line breaks. */
function onOneLine(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
