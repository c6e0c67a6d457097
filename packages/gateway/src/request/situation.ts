import type { Gateway } from "../gateway.ts";
import type { Situation } from "../routing/decide.ts";
import type { View } from "../view.ts";

/** A deployment that just came back takes at least this part of its share, or it would never be seen to work. */
const COLDEST = 0.1;

/** All that a decision depends on, as functions, so that only what a strategy asks for is worked out. */
export function readSituation(gateway: Gateway, view: View, prefix: () => number): Situation {
  const { breakers, clock, ejections, feed, inFlight, random, traffic } = gateway;
  const { config, table } = view;
  const { slowStartMs } = config.gateway;
  const warmth = (id: string): number => {
    const since = table.since.get(id);
    if (since === undefined || slowStartMs === 0) return 1;
    return Math.min(1, Math.max(COLDEST, (clock.now() - since) / slowStartMs));
  };
  return {
    table,
    stateHolds: config.state.onStale === "keep" || feed.freshness() === "fresh",
    evidence: (id) => ejections.get(id, clock.now()) ?? breakers.get(id, clock.now()),
    dice: {
      strategy: config.strategy,
      random,
      warmth,
      prefix,
      inFlight: (id) => inFlight.count(id),
      latency: (id) => traffic.latency(id),
      recent: (id) => traffic.recent(id, clock.now()),
    },
  };
}
