import type { Verdict } from "@rollcall/contract";
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
}

export function printStatus({ prober, settings, source }: ProberHttp): Status {
  const { config, generation } = settings.get();
  const bases = new Map(
    config.deployments.map(({ id, backend }) => [id, `${backend.base.origin}${backend.base.apiPath}`]),
  );
  return {
    prober: {
      instance: prober.instance,
      generation,
      config: config.checksum,
      configFault: source.fault,
      calledOnce: prober.calledOnce,
      intervalMs: config.prober.intervalMs,
    },
    deployments: prober.fleet
      .verdicts()
      .map((verdict) => Object.assign({}, verdict, { apiBase: bases.get(verdict.deployment) ?? "" })),
  };
}
