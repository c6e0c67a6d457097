import type { Gateway } from "../gateway.ts";
import type { GaugeReadings } from "../metrics.ts";

/** The gateway's state as gauges show it. */
export function readGauges({ breakers, clock, ejections, feed, inFlight, view }: Gateway): GaugeReadings {
  const { table } = view.get();
  const now = clock.monotonic();
  const fit = (id: string) => ejections.get(id, now)?.definite !== true;
  return {
    inFlight: inFlight.entries(),
    available: [...table.targets].map(([alias, { proven }]) => [
      alias,
      proven.filter(({ id }) => fit(id)).length,
    ]),
    ejected: [...breakers.open(now), ...ejections.entries(now)],
    snapshotAgeMs: feed.ageMs(),
    snapshotFresh: feed.freshness() === "fresh",
    snapshotFaults: feed.faults,
  };
}
