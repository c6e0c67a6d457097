import { printSettingsStatus } from "@rollcall/runtime";
import type { Gateway } from "../gateway.ts";

export interface GatewayReadiness {
  readonly ready: boolean;
  readonly lines: readonly string[];
}

/**
 * Can this process take traffic? Yes once it has heard from the prober, until it drains. Not whether any backend can: a
 * gateway taken out of its load balancer could not even say why there is no answer.
 */
export function readReadiness({
  feed,
  view,
  source,
  draining,
  ejections,
  breakers,
  clock,
}: Gateway): GatewayReadiness {
  const { config, table, generation } = view.get();
  const freshness = feed.freshness();
  const lines: string[] = [];
  if (draining) lines.push("[-] draining");
  if (freshness === "none") lines.push("[-] no snapshot from the prober yet");
  if (freshness === "fresh")
    lines.push(`[+] snapshot is fresh (${Math.round(feed.ageMs() / 100) / 10} s old)`);
  if (freshness === "stale") {
    const policy = config.state.onStale === "keep" ? "the last verdicts are kept" : "requests are refused";
    lines.push(
      `[!] snapshot is stale (${Math.round(feed.ageMs() / 1_000)} s old): ${policy}; is the prober running?`,
    );
  }
  const status = source.status.get();
  if (status.fault === null) lines.push(`[+] config generation ${generation}`);
  lines.push(...printSettingsStatus(status).map((line) => `[!] ${line}`));
  // In the second between two reloads they differ; if they stay so, one of them reads another file, unless it is our own
  // that was refused.
  if (status.fault === null && feed.snapshot !== null && feed.snapshot.config !== config.checksum) {
    lines.push("[!] the prober uses a different config: its results for changed entries are ignored");
  }
  for (const [name, { proven, unproven }] of table.targets) {
    const now = clock.monotonic();
    const out = proven.flatMap(({ id }) => {
      const against = ejections.get(id, now) ?? breakers.get(id, now);
      return against === null ? [] : [`${id} ${against.reason}`];
    });
    const parts = [...unproven.map(({ id, reason }) => `${id} ${reason}`), ...out];
    lines.push(
      `${proven.length > 0 ? "[+]" : "[!]"} ${name}: ${proven.length} ready${parts.length === 0 ? "" : `, out: ${parts.join(", ")}`}`,
    );
  }
  return { ready: !draining && freshness !== "none", lines };
}
