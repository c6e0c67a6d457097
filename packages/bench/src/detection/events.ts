import { setTimeout as sleep } from "node:timers/promises";
import type { Simulator } from "@rollcall/simulator";
import type { GatewayWatch } from "./watch-gateway.ts";

export const EVENTS = ["renamed", "named again", "killed", "ready again"] as const;
type Event = (typeof EVENTS)[number];

/** How long an event took, in milliseconds. */
export interface Sample {
  /** Until the gateway routed by it. */
  readonly toGateway: number;
  /** Until then from the first probe that could see it; NaN where it is not seen, as with a backend that is gone. */
  readonly fromProbe: number;
}

interface Subject {
  readonly alias: string;
  readonly watch: GatewayWatch;
  readonly rounds: number;
}

/** So that events come at any moment between two probes. */
const LONGEST_PAUSE_MS = 3_000;

/** One backend's ups and downs, round after round. */
export async function measure(
  backend: Simulator,
  { alias, watch, rounds }: Subject,
): Promise<ReadonlyMap<Event, readonly Sample[]>> {
  const samples = new Map<Event, Sample[]>(EVENTS.map((event) => [event, []]));
  const time = async (event: Event, happen: () => unknown, available: boolean) => {
    await sleep(1_000 + Math.random() * LONGEST_PAUSE_MS);
    backend.seen.clear();
    const began = Date.now();
    await happen();
    const applied = await watch.until(alias, available);
    // The last one before it was applied is the one that told.
    const told = backend.seen.requests.findLast(({ path, at }) => path === "/v1/models" && at <= applied)?.at;
    samples
      .get(event)
      ?.push({ toGateway: applied - began, fromProbe: told === undefined ? Number.NaN : applied - told });
  };
  await watch.until(alias, true);
  for (let round = 0; round < rounds; round += 1) {
    await time("renamed", () => backend.control.rename(["other"]), false);
    await time("named again", () => backend.control.rename(["m"]), true);
    // Once only: what falls twice within a quarter of an hour must show twice that it is well.
    if (round > 0) continue;
    await time("killed", () => backend.control.kill(), false);
    await time("ready again", () => backend.control.start(), true);
  }
  return samples;
}
