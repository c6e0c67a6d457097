import type { Environment } from "@rollcall/contract";
import {
  FileSettings,
  keepMasterKey,
  followLogSettings,
  openDaemonLogs,
  systemClock,
  watchSettings,
  type DaemonLogs,
  type SettingsSource,
} from "@rollcall/runtime";
import { checkMasterKey } from "./auth-guard.ts";

export interface GatewayDaemonOptions {
  readonly configFile: string;
  readonly env: Environment;
  readonly host?: string;
  readonly port?: number;
  readonly logLevel?: string;
  /** How many processes share the port, instead of the config's. */
  readonly workers?: number | "auto";
}

/** What a gateway begins with, alone, as the parent of several workers, or as one of them. */
export interface Start {
  readonly source: SettingsSource;
  /** Follows what the settings come from until the signal is aborted. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
  readonly host: string;
  readonly logs: DaemonLogs;
}

/** Throws StartError where the config cannot be used, or where anybody in the network could use the gateway. */
export function readStart(options: GatewayDaemonOptions): Start {
  const { configFile: file, env, logLevel } = options;
  const logs = openDaemonLogs("gateway", { level: logLevel });
  const { log } = logs;
  const source = new FileSettings(
    {
      file,
      env,
      daemon: "gateway",
      log,
      follow: (cell) => followLogSettings(logs, cell),
      validate: [keepMasterKey],
      overridden: (["host", "port", "workers"] as const)
        .filter((flag) => options[flag] !== undefined)
        .map((flag) => `gateway.${flag}`),
    },
    systemClock.monotonic(),
  );
  const settings = source.cell.get();
  const host = options.host ?? settings.config.gateway.host;
  checkMasterKey(settings, { host, log });
  const follow = (signal: AbortSignal) => watchSettings(source, systemClock, signal);
  return { source, follow, host, logs };
}
