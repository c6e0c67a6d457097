import type { Services } from "../main/services.ts";
import type { GaugeReadings } from "./gauge-metrics.ts";

/** The gateway's state as gauges show it. */
export function readGauges({
  activity,
  bodies,
  clock,
  feed,
  health,
  pending,
  pools,
  state,
}: Pick<
  Services,
  "activity" | "bodies" | "clock" | "feed" | "health" | "pending" | "pools" | "state"
>): GaugeReadings {
  const { config, table } = state.get();
  const now = clock.monotonic();
  return {
    inFlight: config.deployments.map(({ id }) => [id, health.of(id).inFlight]),
    breakers: config.deployments.map(({ id }) => [id, health.of(id).isBreakerOpen]),
    available: [...table.groups].map(([alias, { routable }]) => [
      alias,
      routable.filter((one) => one.health.evidence(now)?.definite !== true).length,
    ]),
    ejected: health.evidence(now),
    bodyBytes: bodies.heldBytes,
    queued: pending.waiting,
    connections: activity.connections,
    upstreamConnections: pools.open,
    snapshotAgeMs: feed.ageMs(),
    snapshotSequence: feed.snapshot?.sequence ?? 0,
    snapshotFresh: feed.freshness() === "fresh",
    snapshotFaults: feed.faults,
  };
}
