import type { Clock, Config, Snapshot } from "@rollcall/contract";
import type { Secrets, Settings } from "@rollcall/runtime";
import { ObjectIds } from "./objects/object-ids.ts";
import type { HealthRegistry } from "./health/health-registry.ts";
import { buildTable, type RoutingTable } from "./routing/table.ts";
import { readCors, type Cors } from "./server/cors.ts";
import { UpstreamTemplates } from "./upstream/upstream-templates.ts";

/** What decisions go by. Replaced whole when config, secrets or verdicts change. */
export interface RoutingState {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly generation: number;
  readonly table: RoutingTable;
  readonly templates: UpstreamTemplates;
  readonly objectIds: ObjectIds;
  /** Null: no page of another site is let in. */
  readonly cors: Cors | null;
}

export interface RoutingSources {
  readonly settings: Pick<Settings, "config" | "secrets" | "generation">;
  readonly snapshot: Snapshot | null;
  readonly health: HealthRegistry;
  readonly clock: Pick<Clock, "now" | "monotonic">;
}

export function buildRoutingState({ settings, snapshot, health, clock }: RoutingSources): RoutingState {
  const { config, secrets, generation } = settings;
  const now = { wall: clock.now(), monotonic: clock.monotonic() };
  health.retain(new Set(config.deployments.map(({ id }) => id)));
  const table = buildTable(config, { snapshot, health, now, secrets });
  return {
    config,
    secrets,
    generation,
    table,
    templates: new UpstreamTemplates(secrets, config),
    objectIds: new ObjectIds(() => secrets.valuesOf(config.masterKeys)),
    cors: readCors(config.gateway.cors, { asksForKey: secrets.valuesOf(config.masterKeys).length > 0 }),
  };
}
