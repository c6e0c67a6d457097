import { isRoutable, type Verdict } from "@rollcall/contract";

/** One alias as orchestrators ask for it: may it be called, and if not, why is each of its deployments out? */
export interface AliasReadiness {
  readonly alias: string;
  readonly ready: boolean;
  readonly deployments: readonly DeploymentReadiness[];
}

interface DeploymentReadiness {
  readonly id: string;
  readonly ready: boolean;
  readonly reason: string;
  /** Somebody wants it out: it counts as if the config did not have it. */
  readonly isDrained: boolean;
}

/** One entry an alias, in the order of the config. */
export function readAliases(verdicts: readonly Verdict[]): readonly AliasReadiness[] {
  const groups = Map.groupBy(verdicts, (verdict) => verdict.alias);
  return [...groups].map(([alias, members]) => ({
    alias,
    ready: members.some(isRoutable),
    deployments: members.map((verdict) => ({
      id: verdict.deployment,
      ready: isRoutable(verdict),
      reason: verdict.reason,
      isDrained: verdict.drained !== undefined,
    })),
  }));
}
