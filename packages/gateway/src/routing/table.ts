import {
  isRoutable,
  type Backend,
  type Config,
  type Deployment,
  type Snapshot,
  type Verdict,
} from "@rollcall/contract";
import type { Moment } from "../health/ejection.ts";
import type { HealthRegistry } from "../health/health-registry.ts";
import type { Candidate } from "./candidate.ts";
import { ranked, standIns, type Target, type Unroutable } from "./target.ts";
import { Wildcards } from "./wildcards.ts";

/** Config and verdicts joined once, when one of them changes, so that a request only looks up. */
export interface RoutingTable {
  /** Every name that apps may send, as far as it is known: look up with `findTarget`. */
  readonly targets: ReadonlyMap<string, Target>;
  /** By the names of the config, patterns among them. */
  readonly groups: ReadonlyMap<string, Target>;
  /** Null where no alias is a pattern. */
  readonly wildcards: Wildcards | null;
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
  const groups = new Map<string, Target>();
  for (const [alias, deployments] of config.aliases) {
    groups.set(alias, readTarget(alias, deployments, { config, verdicts, health, now, secrets }));
  }
  const wildcards = config.patterns.length === 0 ? null : new Wildcards(config, { groups, verdicts });
  const targets = wildcards === null ? groups : wildcards.expand();
  const listed = [...targets.keys()];
  for (const [name, { alias, hidden }] of config.groupAliases) {
    const target = targets.get(alias) ?? wildcards?.find(alias);
    if (target === undefined || groups.has(name)) continue;
    const own = config.fallbacks.get(name);
    const named =
      own === undefined ? target : { ...target, fallbacks: own.filter((other) => other !== name) };
    targets.set(name, named);
    if (!hidden) listed.push(name);
  }
  return { targets, groups, wildcards, listed, leftOut: config.skipped };
}

/** What a name that an app sends leads to; undefined for one that the config does not have. */
export function findTarget(
  { targets, wildcards }: Pick<RoutingTable, "targets" | "wildcards">,
  name: string,
): Target | undefined {
  return targets.get(name) ?? wildcards?.find(name);
}

/** Why a name of the config cannot be served; undefined where it can, or where there is none. */
export function whyLeftOut(
  { leftOut, wildcards }: Pick<RoutingTable, "leftOut" | "wildcards">,
  name: string,
): string | undefined {
  return leftOut.get(name) ?? wildcards?.whyLeftOut(name);
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
    const tagged = deployment.tags.length === 0 ? NO_TAGS : { tags: deployment.tags };
    // The config of now counts, whatever the prober's says.
    if (deployment.disabled) unroutable.push({ id: deployment.id, reason: "drained", ...tagged });
    else if (secrets.lackOf(deployment.backend) !== null)
      unroutable.push({ id: deployment.id, reason: "key_missing", ...tagged });
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
    } else
      unroutable.push({
        ...(holds ? explain(verdict) : { id: deployment.id, reason: "unknown" }),
        ...tagged,
      });
  }
  return {
    alias,
    mode: modeOf(deployments),
    ...ranked(routable),
    unroutable,
    ...standIns(alias, config),
    serves: null,
  };
}

const NO_TAGS = {};

function modeOf(deployments: readonly Deployment[]): string {
  const [first, ...others] = new Set(deployments.map(({ mode }) => mode));
  return first === undefined || others.length > 0 ? "" : first;
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
