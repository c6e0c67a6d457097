import { printSettingsStatus, summariseAliases, type ServiceStatus } from "@rollcall/runtime";
import type { Services } from "./services.ts";

type Observed = Pick<Services, "activity" | "feed" | "source" | "state">;

/**
 * The gateway as systemd sees it. It listens and has read what state there is before it is asked the first time, and it
 * works as long as it can be asked.
 */
export function gatewayServiceStatus(gateway: Observed): ServiceStatus {
  return { isReady: () => true, summary: () => printSummary(gateway), isHealthy: () => true };
}

function printSummary({ activity: { answering, draining }, feed, source, state }: Observed): string {
  if (draining) return `draining: ${answering} ${answering === 1 ? "request" : "requests"} under way`;
  const { config, table } = state.get();
  const aliases = [...config.aliases.keys()].flatMap((alias) => {
    const target = table.groups.get(alias);
    if (target === undefined) return [];
    return [
      { alias, ready: target.routable.length > 0, reasons: target.unroutable.map(({ reason }) => reason) },
    ];
  });
  const freshness = feed.freshness();
  const notes = [
    ...(freshness === "none" ? ["no snapshot from the prober yet"] : []),
    ...(freshness === "stale" ? ["the snapshot is stale: is the prober running?"] : []),
    ...printSettingsStatus(source.status.get()),
  ];
  return [summariseAliases(aliases), ...notes].join("; ");
}
