import {
  printSettingsStatus,
  summariseAliases,
  type Cell,
  type ServiceStatus,
  type Settings,
  type SettingsSource,
} from "@rollcall/runtime";
import { readAliases } from "./judge/readiness.ts";
import type { Prober } from "./prober.ts";
import { Watchdog } from "./watchdog.ts";

interface Observed {
  readonly prober: Pick<Prober, "initialRoundDone" | "fleet">;
  readonly settings: Cell<Settings>;
  readonly source: Pick<SettingsSource, "status">;
}

/** A probe asks several questions, each with a timeout of its own. */
const QUESTIONS = 10;

/** A request for one token may take its time however short the timeout is. */
const LEAST_PATIENCE_MS = 30_000;

/**
 * The prober as systemd sees it. Ready after the initial probe round and not before: a gateway that starts after it then knows
 * the fleet as it is. Healthy as long as verdicts are renewed.
 */
export function proberServiceStatus({ prober, settings, source }: Observed): ServiceStatus {
  const watchdog = new Watchdog(
    () => (prober.fleet.verdicts().length === 0 ? null : prober.fleet.recordedAt),
    () => {
      const { intervalMs, maxIntervalMs, timeoutMs } = settings.get().config.prober;
      return Math.max(intervalMs, maxIntervalMs, LEAST_PATIENCE_MS) + QUESTIONS * timeoutMs;
    },
  );
  return {
    isReady: () => prober.initialRoundDone,
    summary: () => {
      const aliases = readAliases(prober.fleet.verdicts()).map(({ alias, ready, deployments }) => ({
        alias,
        ready,
        reasons: deployments.map(({ reason }) => reason),
      }));
      const fleet = prober.initialRoundDone ? summariseAliases(aliases) : "initial probe round in progress";
      return [fleet, ...printSettingsStatus(source.status.get())].join("; ");
    },
    isHealthy: (now) => watchdog.isAlive(now),
  };
}
