import type { Endpoint } from "@rollcall/contract";
import type { Route } from "@rollcall/policy";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { Stage } from "../pipeline/stage.ts";
import { findTarget } from "../routing/table.ts";
import { grantOf, type Grant } from "./grant.ts";
import type { RunningRequests } from "./running-requests.ts";

const CALLED = new Map<Endpoint, Route>();

/** May this key call this endpoint, and the model that the name means for it? The master key may do everything. */
export function authorizeKey(running: RunningRequests): Stage {
  return (ctx) => {
    const grant = grantOf(ctx.principal);
    if (grant === null) return null;
    const failure = authorize(ctx, grant);
    if (failure === null && ctx.state.config.keys.cutOnRevoke) running.add(grant, ctx);
    return failure;
  };
}

function authorize(ctx: RequestContext, grant: Grant): GatewayError | null {
  const { config, table } = ctx.state;
  const rules = grant.rules(config);
  if (!rules.mayCall(calledBy(ctx.endpoint)))
    return { kind: "route_denied", path: pathOf(ctx.incoming.url ?? "") };
  const { model } = ctx.fields;
  const name = rules.meant(model);
  if (name !== model) {
    ctx.meant = name;
    ctx.alias = findTarget(table, name)?.alias ?? "";
  }
  const by = rules.denies(name, ctx.alias);
  if (by !== null) return { kind: "model_denied", model, by };
  ctx.permit = rules;
  return null;
}

/** The same object for each endpoint: what a key may is kept by it. */
function calledBy(endpoint: Endpoint): Route {
  let called = CALLED.get(endpoint);
  if (called === undefined) {
    const clients = endpoint.dialect === "anthropic" ? "anthropic_routes" : "openai_routes";
    called = { paths: endpoint.paths, groups: ["llm_api_routes", clients] };
    CALLED.set(endpoint, called);
  }
  return called;
}

function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? "";
}
