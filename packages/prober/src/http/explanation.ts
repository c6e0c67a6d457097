import { didYouMean, isRoutable, REASONS } from "@rollcall/contract";
import type { Load } from "../read/load.ts";
import type { ProbeExchange } from "../read/probe-result.ts";
import type { Event } from "../events.ts";
import { aliasOf } from "./alias-of.ts";
import type { ProberHttp } from "./context.ts";
import { printDeployments, type DeploymentStatus } from "./status.ts";

/** What `GET /explain/<alias or deployment>` answers: all that is known of it, and what to do. */
export interface Explanation {
  /** The alias, or the deployment's id. */
  readonly name: string;
  /** May it be called? For an alias: has it a deployment that may be. */
  readonly ready: boolean;
  readonly deployments: readonly DeploymentExplanation[];
}

export interface DeploymentExplanation extends DeploymentStatus {
  /** What the last probe asked and what came back, in its order. */
  readonly exchanges: readonly ProbeExchange[];
  readonly meaning: string;
  readonly fix: string;
  /** The server's version; null where it does not tell. */
  readonly version: string | null;
  readonly load: Load | null;
  /** How long it took to come back, the last few times. Milliseconds. */
  readonly loadTimesMs: readonly number[];
  /** Newest last. */
  readonly changes: readonly Event[];
}

/** So many of the last changes are told. */
const CHANGES = 10;

type Known = Pick<ProberHttp, "prober" | "settings" | "events">;

/** An alias before a deployment of the same name. Null: there is neither. */
export function explain(name: string, http: Known): Explanation | null {
  const all = printDeployments(http);
  const alias = aliasOf(name, http.settings.get().config);
  const ofAlias = all.filter((deployment) => deployment.alias === alias);
  const found = ofAlias.length > 0 ? ofAlias : all.filter(({ deployment }) => deployment === name);
  if (found.length === 0) return null;
  return {
    name: ofAlias.length > 0 ? alias : name,
    ready: found.some(isRoutable),
    deployments: found.map((deployment) => explainDeployment(deployment, http)),
  };
}

function explainDeployment(status: DeploymentStatus, { prober, events }: Known): DeploymentExplanation {
  const evidence = prober.fleet.evidence(status.deployment);
  const { meaning, fix } = REASONS[status.reason];
  return {
    ...status,
    exchanges: evidence?.exchanges ?? [],
    meaning,
    fix: status.hint === "" ? fix : status.hint,
    version: evidence?.version ?? null,
    load: evidence?.load ?? null,
    loadTimesMs: evidence?.loadTimesMs ?? [],
    changes: events.list({ deployment: status.deployment }).slice(-CHANGES),
  };
}

/** For whoever asked for what there is not. */
export function printUnknownName(name: string, { settings }: Pick<ProberHttp, "settings">): string {
  const { aliases, groupAliases, deployments } = settings.get().config;
  const known = [...aliases.keys(), ...groupAliases.keys(), ...deployments.map(({ id }) => id)];
  return `no alias or deployment ${JSON.stringify(name)} in the config${didYouMean(name, known)}`;
}
