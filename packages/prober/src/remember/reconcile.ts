import type { Config, Snapshot } from "@rollcall/contract";
import { resumeHistory, startHistory, type DeploymentHistory } from "./deployment-history.ts";
import type { Instant } from "./instant.ts";
import { targetDeployments } from "./target.ts";

export interface Known {
  readonly histories: ReadonlyMap<string, DeploymentHistory>;
  /** The last snapshot of an earlier run, if there is one. */
  readonly previous: Snapshot | null;
}

/**
 * Old knowledge and a new config → what is known of its deployments, by their target. What is checked must be the same for a verdict to
 * hold: an edited URL, model or credential reference begins anew.
 */
export function reconcile(
  { histories, previous }: Known,
  config: Config,
  now: Instant,
): Map<string, DeploymentHistory> {
  const earlier = new Map(previous?.verdicts.map((verdict) => [verdict.deployment, verdict]));
  return new Map(
    targetDeployments(config).map(({ id, deployment }): [string, DeploymentHistory] => {
      const history = histories.get(id);
      if (history?.verdict.check === deployment.check) return [id, underAlias(history, deployment.alias)];
      const verdict = earlier.get(deployment.id);
      const known = verdict?.check === deployment.check && verdict.alias === deployment.alias;
      return [id, known ? resumeHistory(verdict, now) : startHistory(deployment, now)];
    }),
  );
}

/** An id that is written in the config stays the same when the alias is renamed. */
function underAlias(history: DeploymentHistory, alias: string): DeploymentHistory {
  return history.verdict.alias === alias ? history : { ...history, verdict: { ...history.verdict, alias } };
}
