import { VERSION, type Kind, type Verdict } from "@rollcall/contract";
import type { Evidence } from "../fleet.ts";
import type { Notice } from "../judge/warn.ts";
import type { ProberHttp } from "./context.ts";

/** What `GET /status` answers and `rollcall status` prints. Times are epoch milliseconds. */
export interface Status {
  readonly prober: {
    /** Of Rollcall. */
    readonly version: string;
    readonly instance: string;
    readonly generation: number;
    readonly config: string;
    /** Every complaint about a config that was refused, a line each; null where the newest is in use. */
    readonly configFault: string | null;
    /** Changed in the config, but not in force before a restart: `prober.port`. */
    readonly settingsNeedRestart: readonly string[];
    readonly initialRoundDone: boolean;
    readonly intervalMs: number;
    /** Aliases of entries that are no deployments, and why. */
    readonly skipped: Readonly<Record<string, string>>;
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
  const { fault, needRestart } = source.status.get();
  return {
    prober: {
      version: VERSION,
      instance: prober.instance,
      generation,
      config: config.checksum,
      configFault: fault?.detail ?? null,
      settingsNeedRestart: needRestart,
      initialRoundDone: prober.initialRoundDone,
      intervalMs: config.prober.intervalMs,
      skipped: Object.fromEntries(config.skipped),
    },
    deployments: printDeployments({ prober }),
  };
}

/** Every verdict with where it was gathered and what goes with it, in the order of the config. */
function printDeployments({ prober }: Pick<ProberHttp, "prober">): readonly DeploymentStatus[] {
  return prober.fleet.evidence().map(printDeployment);
}

export function printDeployment({ target, verdict, kind, notices }: Evidence): DeploymentStatus {
  const apiBase = `${target.address}${verdict.served?.apiPath ?? target.backend.base.apiPath}`;
  return { ...verdict, apiBase, kind, notices };
}
