import os from "node:os";
import type { Config } from "@rollcall/contract";
import type { ProberHttp } from "../http/context.ts";
import { printDeployment } from "../http/status.ts";
import type { DeploymentFacts, PageFacts } from "./view/facts.ts";

/** All that a page is made of, as the prober knows it now. */
export function gatherFacts(
  http: ProberHttp,
  {
    startedAt,
    gatewayNotes,
  }: { readonly startedAt: number; readonly gatewayNotes: readonly string[] | null },
): PageFacts {
  const { prober, settings, source, clock, events } = http;
  const { config } = settings.get();
  const { fault, needRestart } = source.status.get();
  const monotonic = clock.monotonic();
  const ageOf = (at: number | null) => (at === null || !Number.isFinite(at) ? null : monotonic - at);
  return {
    now: clock.now(),
    instance: prober.instance,
    machine: os.hostname(),
    config: config.checksum,
    intervalMs: config.prober.intervalMs,
    initialRoundDone: prober.initialRoundDone,
    probedAgoMs: ageOf(prober.fleet.recordedAt),
    writtenAgoMs: ageOf(prober.writtenAt),
    startedAgoMs: monotonic - startedAt,
    configFault: fault?.detail ?? null,
    needRestart,
    skipped: [...config.skipped],
    gatewayNotes,
    hasFallback: (alias) => config.fallbacks.has(alias) || config.defaultFallbacks.length > 0,
    deployments: deploymentsOf(http, config, monotonic),
    events: events.list(),
    tellsDetails: true,
  };
}

function deploymentsOf({ prober }: ProberHttp, config: Config, now: number): readonly DeploymentFacts[] {
  const indices = new Map(config.deployments.map(({ id, index }) => [id, index]));
  const { fleet } = prober;
  return fleet.evidence().map((evidence) => {
    const { target, verdict, version, load, loadTimesMs, exchanges, endpointExchanges } = evidence;
    const { apiBase, kind, notices } = printDeployment(evidence);
    return {
      verdict,
      address: target.address,
      apiBase,
      index: indices.get(verdict.deployment) ?? 0,
      kind,
      version,
      notices,
      load,
      rates: fleet.throughput.of(target.id, now),
      loadTimesMs,
      exchanges,
      endpointExchanges,
    };
  });
}

/** Grows with everything that a reader should see at once. */
export function momentOf({ prober, settings, source, events }: ProberHttp): string {
  const { fault, needRestart } = source.status.get();
  // The first round is followed probe by probe.
  const round = prober.initialRoundDone ? "" : prober.fleet.recordedAt;
  const written = prober.writtenAt === null;
  const { generation } = settings.get();
  return [events.newest, generation, fault?.detail ?? "", needRestart.join(), round, written].join("\n");
}
