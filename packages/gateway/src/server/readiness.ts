import { TRUNCATION_SETTINGS } from "@rollcall/contract";
import type { Services } from "../main/services.ts";
import { printSettingsStatus } from "@rollcall/runtime";
import { keyStateOf, printKeyState } from "../keys/print-key-state.ts";
import type { Candidate } from "../routing/candidate.ts";
import { isTold } from "../truncation/truncation.ts";

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
  state,
  source,
  activity: { draining },
  clock,
  keys,
}: Pick<Services, "activity" | "clock" | "feed" | "keys" | "source" | "state">): GatewayReadiness {
  const { config, table, generation } = state.get();
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
  if (keys !== null) lines.push(printKeyState(keyStateOf(keys), config.keys.staleOkMs));
  const status = source.status.get();
  if (status.fault === null) lines.push(`[+] config generation ${generation}`);
  lines.push(...printSettingsStatus(status).map((line) => `[!] ${line}`));
  // In the second between two reloads they differ; if they stay so, one of them reads another file, unless it is our own
  // that was refused.
  if (status.fault === null && feed.snapshot !== null && feed.snapshot.config !== config.checksum) {
    lines.push("[!] the prober uses a different config: its results for changed entries are ignored");
  }
  for (const [name, { routable, unroutable }] of table.groups) {
    const now = clock.monotonic();
    const out = routable.flatMap(({ id, health }) => {
      const against = health.evidence(now);
      return against === null ? [] : [`${id} ${against.reason}`];
    });
    const parts = [...unroutable.map(({ id, reason }) => `${id} ${reason}`), ...out];
    lines.push(
      `${routable.length > 0 ? "[+]" : "[!]"} ${onOneLine(name)}: ${routable.length} ready${parts.length === 0 ? "" : `, out: ${onOneLine(parts.join(", "))}`}`,
      ...routable.flatMap((candidate) => printTruncation(candidate, now)),
    );
  }
  const knowsKeys = keys === null || keys.freshness() !== "none";
  return { ready: !draining && freshness !== "none" && knowsKeys, lines };
}

function printTruncation({ id, kind, health: { truncation } }: Candidate, now: number): readonly string[] {
  if (!isTold(truncation, now)) return [];
  const tokens = Math.round(truncation.tokens);
  return [
    `[!] ${id} context_truncated: prompts are cut at ${tokens} tokens; see ${TRUNCATION_SETTINGS[kind]}`,
  ];
}

/** An alias may hold line breaks. */
function onOneLine(name: string): string {
  return JSON.stringify(name).slice(1, -1);
}
