import { REASONS } from "@rollcall/contract";
import type { Permit } from "../pipeline/permit.ts";
import { findTarget } from "../routing/table.ts";
import type { RoutingState } from "../routing-state.ts";

/** What LiteLLM's `/health` says of a deployment, here by alias and id alone. */
interface HealthEntry {
  readonly model: string;
  readonly model_id: string;
}

/** LiteLLM's `GET /health`. */
export interface HealthReport {
  readonly healthy_endpoints: readonly HealthEntry[];
  readonly unhealthy_endpoints: readonly (HealthEntry & { readonly error: string })[];
  readonly healthy_count: number;
  readonly unhealthy_count: number;
}

/** Which deployments are asked for; all, where nothing is said. */
export interface HealthQuery {
  readonly model?: string | undefined;
  readonly model_id?: string | undefined;
  /** What is left out for who asks; null: nothing. */
  readonly permit: Permit | null;
}

/** From what prober and requests have found last: no backend is asked. `now`: monotonic milliseconds. */
export function healthReport(
  { config, table }: Pick<RoutingState, "config" | "table">,
  query: HealthQuery,
  now: number,
): HealthReport {
  const healthy: HealthEntry[] = [];
  const unhealthy: (HealthEntry & { error: string })[] = [];
  const asked = query.model === undefined ? undefined : findTarget(table, query.model)?.alias;
  for (const alias of config.aliases.keys()) {
    const target = table.groups.get(alias);
    if ((query.permit?.denies(alias, alias) ?? null) !== null) continue;
    if (target === undefined || (query.model !== undefined && alias !== asked)) continue;
    const out = target.unroutable.map(({ id, reason }) => ({ id, reason }));
    for (const { id, health } of target.routable) {
      const against = health.evidence(now);
      if (against?.definite === true) out.push({ id, reason: against.reason });
      else if (isAsked(id, query)) healthy.push({ model: alias, model_id: id });
    }
    for (const { id, reason } of out.filter((one) => isAsked(one.id, query)))
      unhealthy.push({ model: alias, model_id: id, error: `${reason}: ${REASONS[reason].meaning}` });
  }
  return {
    healthy_endpoints: healthy,
    unhealthy_endpoints: unhealthy,
    healthy_count: healthy.length,
    unhealthy_count: unhealthy.length,
  };
}

function isAsked(id: string, { model_id: wanted }: HealthQuery): boolean {
  return wanted === undefined || wanted === id;
}
