import type { Kind, Verdict } from "@rollcall/contract";
import type { Notice } from "../judge/warn.ts";
import type { ProberHttp } from "./context.ts";

/** What `GET /status` answers and `rollcall status` prints. Times are epoch milliseconds. */
export interface Status {
  readonly prober: {
    readonly instance: string;
    readonly generation: number;
    readonly config: string;
    readonly configFault: string | null;
    readonly calledOnce: boolean;
    readonly intervalMs: number;
  };
  readonly deployments: readonly DeploymentStatus[];
}

export interface DeploymentStatus extends Verdict {
  /** Where it is reached: for operators, never for apps. */
  readonly apiBase: string;
  /** What kind of server answers there; null until that is known. */
  readonly kind: Kind | null;
  /** Its warnings, with what they are judged by. */
  readonly notices: readonly Notice[];
}

export function printStatus({
  prober,
  settings,
  source,
}: Pick<ProberHttp, "prober" | "settings" | "source">): Status {
  const { config, generation } = settings.get();
  return {
    prober: {
      instance: prober.instance,
      generation,
      config: config.checksum,
      configFault: source.fault,
      calledOnce: prober.calledOnce,
      intervalMs: config.prober.intervalMs,
    },
    deployments: printDeployments({ prober, settings }),
  };
}

/** Every verdict with where it was gathered and what goes with it, in the order of the config. */
export function printDeployments({
  prober,
  settings,
}: Pick<ProberHttp, "prober" | "settings">): readonly DeploymentStatus[] {
  const bases = new Map(
    settings
      .get()
      .config.deployments.map(({ id, backend }) => [id, `${backend.base.origin}${backend.base.apiPath}`]),
  );
  return prober.fleet.verdicts().map((verdict) => {
    const evidence = prober.fleet.evidence(verdict.deployment);
    return Object.assign({}, verdict, {
      apiBase: bases.get(verdict.deployment) ?? "",
      kind: evidence?.kind ?? null,
      notices: evidence?.notices ?? [],
    });
  });
}
