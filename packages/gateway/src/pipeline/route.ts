import { ENDPOINTS, type Endpoint } from "@rollcall/contract";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Decision } from "../routing/decide.ts";
import { meantAlias } from "../routing/meant-alias.ts";
import { findTarget, whyLeftOut } from "../routing/table.ts";
import type { RoutingState } from "../routing-state.ts";
import type { Permit } from "./permit.ts";
import type { RequestContext } from "./request-context.ts";
import { NOTHING, type Router } from "./router.ts";
import type { Stage } from "./stage.ts";

/** Where the first attempt goes; `RetryLoop` routes those that follow. */
export function route(router: Router): Stage {
  return (ctx) => {
    const decision = router.decide(ctx, { name: ctx.meant, tried: NOTHING });
    if (decision.kind !== "forward") return explainDecision(decision, ctx);
    ctx.candidate = decision.candidate;
    if (decision.candidate.deployment.alias !== ctx.alias) ctx.fallbacks = 1;
    return null;
  };
}

type Explained = Pick<RequestContext, "endpoint" | "fields" | "permit" | "state">;

/** No deployment is to get the request: not a failure of any of them, so nothing to try again. */
export function explainDecision(
  decision: Exclude<Decision, { kind: "forward" }>,
  { endpoint, fields: { model }, permit, state }: Explained,
): GatewayError {
  switch (decision.kind) {
    case "unknown_model":
      return unknownModel(state, model, permit);
    case "left_out":
      return { kind: "unsupported_model", model, why: decision.why };
    case "not_served":
      return { kind: "unknown_model", model, meant: meantAlias(model, state), serves: decision.serves };
    case "tags_refused":
      return { kind: "tags_refused", model };
    case "none_ready":
      return { kind: "none_ready", model, out: decision.out };
    case "unsupported_endpoint":
      return {
        kind: "unsupported_endpoint",
        model,
        path: pathOf(endpoint),
        serves: servedBeside(decision.missing),
      };
    case "all_full":
      return { kind: "all_full", model };
    case "state_refused":
      return { kind: "state_refused" };
    default:
      return decision satisfies never;
  }
}

/** The config has no such name, or has it and nothing serves it. */
export function unknownModel(
  state: Pick<RoutingState, "config" | "table">,
  model: string,
  permit: Permit | null = null,
): GatewayError {
  const why = whyLeftOut(state.table, model);
  if (why !== undefined) return { kind: "unsupported_model", model, why };
  const meant = meantAlias(model, state);
  // What a key may not call it is not told of either.
  const isDenied =
    permit !== null &&
    meant !== null &&
    permit.denies(meant, findTarget(state.table, meant)?.alias ?? "") !== null;
  return { kind: "unknown_model", model, meant: isDenied ? null : meant };
}

/** Where apps find an endpoint. */
export function pathOf({ name, paths }: Endpoint): string {
  return paths[0] ?? name;
}

/** Those that servers are asked for: of the others nobody knows. */
function servedBeside(missing: ReadonlySet<string>): readonly string[] {
  return ENDPOINTS.filter(({ name, probe }) => probe !== null && !missing.has(name)).map(pathOf);
}
