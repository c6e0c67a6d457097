import { printSettingsStatus, summariseAliases, type Condition } from "@rollcall/runtime";
import type { Gateway } from "./gateway.ts";

type Observed = Pick<Gateway, "view" | "feed" | "source" | "answering" | "draining">;

/**
 * The gateway as systemd sees it. It listens and has read what state there is before it is asked the first time, and it
 * works as long as it can be asked.
 */
export function gatewayCondition(gateway: Observed): Condition {
  return { ready: () => true, status: () => printStatus(gateway), working: () => true };
}

function printStatus({ view, feed, source, answering, draining }: Observed): string {
  if (draining) return `draining: ${answering} ${answering === 1 ? "request" : "requests"} under way`;
  const { config, table } = view.get();
  const aliases = [...config.aliases.keys()].flatMap((alias) => {
    const target = table.targets.get(alias);
    if (target === undefined) return [];
    return [{ alias, ready: target.proven.length > 0, reasons: target.unproven.map(({ reason }) => reason) }];
  });
  const freshness = feed.freshness();
  const notes = [
    ...(freshness === "none" ? ["no snapshot from the prober yet"] : []),
    ...(freshness === "stale" ? ["the snapshot is stale: is the prober running?"] : []),
    ...printSettingsStatus(source.status.get()),
  ];
  return [summariseAliases(aliases), ...notes].join("; ");
}
