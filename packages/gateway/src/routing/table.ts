import {
  isRoutable,
  type Backend,
  type Config,
  type Deployment,
  type Reason,
  type Snapshot,
  type Verdict,
} from "@rollcall/contract";
import type { Moment } from "../health/ejection.ts";
import type { HealthRegistry } from "../health/health-registry.ts";
import type { Candidate } from "./candidate.ts";
import { Lot } from "./lot.ts";
import { compareRank, firstRank } from "./rank.ts";

/** A deployment that nothing may be sent to, and why. */
export interface Unroutable {
  readonly id: string;
  readonly reason: Reason;
  /** While it loads: how long until it is ready, where that is known. Milliseconds. */
  readonly readyInMs?: number;
  /** As of a candidate, as last seen. */
  readonly lacks?: ReadonlySet<string>;
}

/** What one name leads to. */
export interface Target {
  readonly alias: string;
  /** LiteLLM's mode of all its deployments; "" where they differ. */
  readonly mode: string;
  /** Ready and rightly named, as far as the prober knows; by rank. */
  readonly routable: readonly Candidate[];
  /** Those of the first rank, or null where nothing is routable. */
  readonly leading: Lot | null;
  readonly unroutable: readonly Unroutable[];
  /** Aliases to try when none of these can serve. */
  readonly fallbacks: readonly string[];
  /** Aliases to try when the prompt is too long for these. */
  readonly contextWindowFallbacks: readonly string[];
}

/** Config and verdicts joined once, when one of them changes, so that a request only looks up. */
export interface RoutingTable {
  /** Every name that apps may send. */
  readonly targets: ReadonlyMap<string, Target>;
  /** Names that `/v1/models` lists. */
  readonly listed: readonly string[];
  /** Names in the config that cannot be served at all, and why. */
  readonly leftOut: ReadonlyMap<string, string>;
}

/** What is known beside the config. */
export interface Known {
  readonly snapshot: Snapshot | null;
  /** Says what a backend's requests lack here, whatever the prober has. */
  readonly secrets: { lackOf(backend: Backend): string | null };
  readonly health: HealthRegistry;
  readonly now: Moment;
}

export function buildTable(config: Config, { snapshot, health, now, secrets }: Known): RoutingTable {
  const verdicts = new Map(snapshot?.verdicts.map((verdict) => [verdict.deployment, verdict]));
  const targets = new Map<string, Target>();
  for (const [alias, deployments] of config.aliases) {
    targets.set(alias, readTarget(alias, deployments, { config, verdicts, health, now, secrets }));
  }
  const listed = [...targets.keys()];
  for (const [name, { alias, hidden }] of config.groupAliases) {
    const target = targets.get(alias);
    if (target === undefined || targets.has(name)) continue;
    targets.set(name, target);
    if (!hidden) listed.push(name);
  }
  return { targets, listed, leftOut: config.skipped };
}

interface Knowledge extends Omit<Known, "snapshot"> {
  readonly config: Config;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

function readTarget(
  alias: string,
  deployments: readonly Deployment[],
  { config, verdicts, health, now, secrets }: Knowledge,
): Target {
  const routable: Candidate[] = [];
  const unroutable: Unroutable[] = [];
  for (const deployment of deployments) {
    const verdict = verdicts.get(deployment.id);
    // A verdict on another URL, name or credential says nothing about this one.
    const holds = verdict !== undefined && verdict.check === deployment.check;
    // The config of now counts, whatever the prober's says.
    if (deployment.disabled) unroutable.push({ id: deployment.id, reason: "drained" });
    else if (secrets.lackOf(deployment.backend) !== null)
      unroutable.push({ id: deployment.id, reason: "key_missing" });
    else if (holds && isRoutable(verdict)) {
      const record = health.of(deployment.id);
      record.setRoutableSince(verdict.since, now.wall - verdict.since, now.monotonic);
      routable.push({
        id: deployment.id,
        deployment: asServed(deployment, verdict),
        kind: deployment.backend.kind ?? verdict.served?.kind ?? "generic",
        version: verdict.served?.version ?? null,
        health: record,
        lacks: lackingOf(verdict),
      });
    } else unroutable.push(holds ? explain(verdict) : { id: deployment.id, reason: "unknown" });
  }
  const forAny = config.fallbacks.get("*") ?? config.defaultFallbacks;
  return {
    alias,
    mode: modeOf(deployments),
    ...ranked(routable),
    unroutable,
    fallbacks: (config.fallbacks.get(alias) ?? forAny).filter((other) => other !== alias),
    contextWindowFallbacks: config.contextWindowFallbacks.get(alias) ?? [],
  };
}

function modeOf(deployments: readonly Deployment[]): string {
  const [first, ...others] = new Set(deployments.map(({ mode }) => mode));
  return first === undefined || others.length > 0 ? "" : first;
}

/** What a target says of those that are routable. */
export function ranked(candidates: readonly Candidate[]): Pick<Target, "routable" | "leading"> {
  const routable = candidates.toSorted(compareRank);
  const first = firstRank(routable);
  return { routable, leading: first === null ? null : new Lot(first) };
}

/** A path without a version is taken as written where the prober found the API there. */
function asServed(deployment: Deployment, { served }: Verdict): Deployment {
  const { backend } = deployment;
  const { writtenPath } = backend.base;
  if (writtenPath === null || served?.apiPath !== writtenPath) return deployment;
  return { ...deployment, backend: { ...backend, base: { ...backend.base, apiPath: writtenPath } } };
}

function explain(verdict: Verdict): Unroutable {
  const { deployment, reason, readyInMs } = verdict;
  const lacks = lackingOf(verdict);
  return {
    id: deployment,
    reason,
    ...(readyInMs !== undefined && { readyInMs }),
    ...(lacks !== null && { lacks }),
  };
}

function lackingOf({ served }: Verdict): ReadonlySet<string> | null {
  return served?.missing === undefined ? null : new Set(served.missing);
}
