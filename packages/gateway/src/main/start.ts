import type { Environment } from "@rollcall/contract";
import {
  FileSettings,
  keepMasterKey,
  openAccessLog,
  openLog,
  systemClock,
  watchSettings,
  type Log,
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
  readonly log: Log;
  /** A line for every request, where the config wants them. */
  readonly accessLog: Log;
}

/** Throws StartError where the config cannot be used, or where anybody in the network could use the gateway. */
export function readStart(options: GatewayDaemonOptions): Start {
  const { configFile: file, env, logLevel = "info" } = options;
  const log = openLog("gateway", logLevel);
  const source = new FileSettings(
    {
      file,
      env,
      daemon: "gateway",
      log,
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
  return { source, follow, host, log, accessLog: openAccessLog("gateway", logLevel) };
}
