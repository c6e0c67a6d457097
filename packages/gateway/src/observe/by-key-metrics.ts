import { Counter, type Registry } from "prom-client";
import { grantOf } from "../keys/grant.ts";
import type { RequestContext } from "../pipeline/request-context.ts";

type Who = "team" | "key";

/** What further teams and keys are counted as. */
const OTHER = "other";

/** Requests and tokens by who asked, where the config wants it. Teams and keys are as many as their admins make. */
export class ByKeyMetrics {
  readonly #requests: Counter<Who | "alias" | "status">;
  readonly #tokens: Counter<Who | "alias" | "type">;
  readonly #known = new Set<string>();

  constructor(registry: Registry) {
    this.#requests = new Counter({
      name: "rollcall_gateway_key_requests_total",
      help: "Requests by who asked, alias and class of status.",
      labelNames: ["team", "key", "alias", "status"],
      registers: [registry],
    });
    this.#tokens = new Counter({
      name: "rollcall_gateway_key_tokens_total",
      help: "Tokens by who asked and alias: input or output.",
      labelNames: ["team", "key", "alias", "type"],
      registers: [registry],
    });
  }

  requestEnded(ctx: RequestContext, status: number): void {
    const { keyLabels, keySeries } = ctx.state.config.metrics;
    if (keyLabels === "none") return;
    const who = this.#bounded(whoAsked(ctx, keyLabels), keySeries);
    const { alias, usage } = ctx;
    this.#requests.inc({ ...who, alias, status: `${Math.trunc(status / 100)}xx` });
    if (usage === null) return;
    this.#tokens.inc({ ...who, alias, type: "input" }, usage.input ?? 0);
    this.#tokens.inc({ ...who, alias, type: "output" }, usage.output ?? 0);
  }

  #bounded(who: Readonly<Record<Who, string>>, most: number): Readonly<Record<Who, string>> {
    const key = JSON.stringify([who.team, who.key]);
    if (this.#known.has(key)) return who;
    if (this.#known.size >= most) return { team: OTHER, key: OTHER };
    this.#known.add(key);
    return who;
  }
}

/** Ids that are safe to print. Empty where there is none, as of the master key, or where the config does not want it told. */
function whoAsked(
  { principal }: RequestContext,
  labels: "team" | "key" | "team_and_key",
): Readonly<Record<Who, string>> {
  const grant = grantOf(principal);
  return {
    team: labels === "key" ? "" : (grant?.record.team ?? ""),
    key: labels === "team" ? "" : (grant?.id ?? ""),
  };
}
