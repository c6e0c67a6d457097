import { didYouMean, isRoutable, REASONS } from "@rollcall/contract";
import type { Load } from "../read/load.ts";
import type { ProbeExchange } from "../read/probe-result.ts";
import type { Evidence } from "../fleet.ts";
import type { Event } from "../events.ts";
import { aliasOf } from "./alias-of.ts";
import type { ProberHttp } from "./context.ts";
import { printDeployment, type DeploymentStatus } from "./status.ts";

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
  /** What showed which endpoints are missing; none where an earlier run of the prober has found it. */
  readonly endpointExchanges: readonly ProbeExchange[];
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
  const all = http.prober.fleet.evidence();
  const alias = aliasOf(name, http.settings.get().config);
  const ofAlias = all.filter(({ verdict }) => verdict.alias === alias);
  const found = ofAlias.length > 0 ? ofAlias : all.filter(({ verdict }) => verdict.deployment === name);
  if (found.length === 0) return null;
  return {
    name: ofAlias.length > 0 ? alias : name,
    ready: found.some(({ verdict }) => isRoutable(verdict)),
    deployments: found.map((evidence) => explainDeployment(evidence, http)),
  };
}

function explainDeployment(evidence: Evidence, { events }: Known): DeploymentExplanation {
  const { verdict, exchanges, endpointExchanges, version, load, loadTimesMs } = evidence;
  const { meaning, fix } = REASONS[verdict.reason];
  return {
    ...printDeployment(evidence),
    exchanges,
    endpointExchanges,
    meaning,
    fix: verdict.hint === "" ? fix : verdict.hint,
    version,
    load,
    loadTimesMs,
    changes: events.list({ deployment: verdict.deployment }).slice(-CHANGES),
  };
}

/** For whoever asked for what there is not. */
export function printUnknownName(name: string, { settings }: Pick<ProberHttp, "settings">): string {
  const { aliases, groupAliases, deployments } = settings.get().config;
  const known = [...aliases.keys(), ...groupAliases.keys(), ...deployments.map(({ id }) => id)];
  return `no alias or deployment ${JSON.stringify(name)} in the config${didYouMean(name, known)}`;
}
