import {
  isRoutable,
  type Config,
  type Deployment,
  type Reason,
  type Snapshot,
  type Verdict,
} from "@rollcall/contract";

/** A deployment that nothing may be sent to, and why. */
export interface Unproven {
  readonly id: string;
  readonly reason: Reason;
  /** While it loads: how long until it is ready, where that is known. Milliseconds. */
  readonly readyInMs?: number;
}

/** What one name leads to. */
export interface Target {
  readonly alias: string;
  /** Ready and rightly named, as far as the prober knows; lowest `order` first. */
  readonly proven: readonly Deployment[];
  readonly unproven: readonly Unproven[];
  /** Aliases to try when none of these can serve. */
  readonly fallbacks: readonly string[];
  /** Aliases to try when the prompt is too long for these. */
  readonly contextWindowFallbacks: readonly string[];
}

/** Config and verdicts joined once, when one of them changes, so that a request only looks up. */
export interface Table {
  /** Every name that apps may send. */
  readonly targets: ReadonlyMap<string, Target>;
  /** Since when each deployment has been as it is, by id. Epoch milliseconds. */
  readonly since: ReadonlyMap<string, number>;
  /** Names that `/v1/models` lists. */
  readonly listed: readonly string[];
  /** Names in the config that cannot be served at all, and why. */
  readonly leftOut: ReadonlyMap<string, string>;
}

export function buildTable(config: Config, snapshot: Snapshot | null): Table {
  const verdicts = new Map(snapshot?.verdicts.map((verdict) => [verdict.deployment, verdict]));
  const targets = new Map<string, Target>();
  for (const [alias, deployments] of config.aliases) {
    targets.set(alias, readTarget(alias, deployments, { config, verdicts }));
  }
  const listed = [...targets.keys()];
  for (const [name, { alias, hidden }] of config.groupAliases) {
    const target = targets.get(alias);
    if (target === undefined || targets.has(name)) continue;
    targets.set(name, target);
    if (!hidden) listed.push(name);
  }
  const since = new Map([...verdicts.values()].map((verdict) => [verdict.deployment, verdict.since]));
  return { targets, since, listed, leftOut: config.leftOut };
}

interface Knowledge {
  readonly config: Config;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

function readTarget(
  alias: string,
  deployments: readonly Deployment[],
  { config, verdicts }: Knowledge,
): Target {
  const proven: Deployment[] = [];
  const unproven: Unproven[] = [];
  for (const deployment of deployments) {
    const verdict = verdicts.get(deployment.id);
    // A verdict on another URL, name or credential says nothing about this one.
    const holds = verdict !== undefined && verdict.check === deployment.check;
    if (holds && isRoutable(verdict)) proven.push(deployment);
    else unproven.push(holds ? explain(verdict) : { id: deployment.id, reason: "unknown" });
  }
  proven.sort((a, b) => a.order - b.order);
  const forAny = config.fallbacks.get("*") ?? config.defaultFallbacks;
  return {
    alias,
    proven,
    unproven,
    fallbacks: (config.fallbacks.get(alias) ?? forAny).filter((other) => other !== alias),
    contextWindowFallbacks: config.contextWindowFallbacks.get(alias) ?? [],
  };
}

function explain({ deployment, reason, readyInMs }: Verdict): Unproven {
  return readyInMs === undefined ? { id: deployment, reason } : { id: deployment, reason, readyInMs };
}
