import type { Config, Verdict } from "@rollcall/contract";
import type { Clock, Secrets } from "@rollcall/runtime";
import pLimit from "p-limit";
import { askOverNetwork } from "./ask.ts";
import { Fleet } from "./fleet.ts";
import { probe } from "./probe.ts";

/** Asks every backend once and judges it as the daemon would at its first roll call. */
export async function probeOnce(config: Config, secrets: Secrets, clock: Clock): Promise<readonly Verdict[]> {
  const fleet = new Fleet();
  const now = clock.now();
  fleet.adopt(config, null, now);
  const { signal } = new AbortController();
  const limit = pLimit(config.prober.concurrency);
  await limit.map(config.backends, async (backend) => {
    const result = await probe(backend, {
      ask: askOverNetwork,
      secrets,
      timeoutMs: config.prober.timeoutMs,
      signal,
    });
    fleet.record(backend.id, result, { thresholds: config.prober, now });
  });
  return fleet.verdicts();
}
