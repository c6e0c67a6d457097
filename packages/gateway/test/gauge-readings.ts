import type { GaugeReadings } from "../src/observe/gauge-metrics.ts";

/** What a gateway at rest reads at a scrape, but for what the test is about. */
export function gaugeReadings(facts: Partial<GaugeReadings> = {}): GaugeReadings {
  return {
    inFlight: [],
    available: [],
    breakers: [],
    ejected: [],
    bodyBytes: 0,
    queued: 0,
    connections: 0,
    upstreamConnections: 0,
    snapshotAgeMs: 1_500,
    snapshotSequence: 12,
    snapshotFresh: true,
    snapshotFaults: 0,
    ...facts,
  };
}
