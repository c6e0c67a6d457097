import type { Services } from "../main/services.ts";
import type { GaugeReadings } from "./metrics.ts";

/** The gateway's state as gauges show it. */
export function readGauges({
  bodies,
  clock,
  feed,
  health,
  state,
}: Pick<Services, "bodies" | "clock" | "feed" | "health" | "state">): GaugeReadings {
  const { config, table } = state.get();
  const now = clock.monotonic();
  return {
    inFlight: config.deployments.map(({ id }) => [id, health.of(id).inFlight]),
    available: [...table.groups].map(([alias, { routable }]) => [
      alias,
      routable.filter((one) => one.health.evidence(now)?.definite !== true).length,
    ]),
    ejected: health.evidence(now),
    bodyBytes: bodies.heldBytes,
    snapshotAgeMs: feed.ageMs(),
    snapshotSequence: feed.snapshot?.sequence ?? 0,
    snapshotFresh: feed.freshness() === "fresh",
    snapshotFaults: feed.faults,
  };
}
