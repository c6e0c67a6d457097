import type { Clock, Config, Verdict } from "@rollcall/contract";
import type { Secrets } from "@rollcall/runtime";
import pLimit from "p-limit";
import { openNetwork } from "./ask/fresh-connection.ts";
import type { Notice } from "./judge/warn.ts";
import { probeAndEvaluate } from "./probe-and-evaluate.ts";
import { instantOf } from "./remember/instant.ts";
import { targetsOf } from "./remember/target.ts";
import { Fleet } from "./fleet.ts";

/** What one probe has shown of a deployment, with what its warnings are judged by. */
export interface ProbedDeployment extends Verdict {
  readonly notices: readonly Notice[];
}

/** Probes every target once and judges it as the first round of the daemon would. */
export async function probeOnce(
  config: Config,
  secrets: Secrets,
  clock: Clock,
): Promise<readonly ProbedDeployment[]> {
  const fleet = new Fleet();
  fleet.adopt(config, null, instantOf(clock));
  const { signal } = new AbortController();
  const settings = () => ({ config, secrets, generation: 0 });
  const context = {
    fleet,
    network: openNetwork(clock),
    clock,
    settings,
    refresh: () => false,
    signal,
    suspectedAt: [],
  };
  await pLimit(config.prober.concurrency).map(config.backends.flatMap(targetsOf), (target) =>
    probeAndEvaluate(target, context),
  );
  return fleet.evidence().map(({ verdict, notices }) => ({ ...verdict, notices }));
}
