import type { Environment } from "@rollcall/contract";
import { openAccessLog, openLog, SettingsSource, systemClock, type Log } from "@rollcall/runtime";
import { checkMasterKey } from "./auth-guard.ts";
import type { WorkerSlot } from "./workers/worker-slot.ts";

export interface GatewayDaemonOptions {
  readonly configFile: string;
  readonly env: Environment;
  readonly host?: string;
  readonly port?: number;
  readonly logLevel?: string;
  /** How many processes share the port, instead of the config's. */
  readonly workers?: number | "auto";
}

/** What a gateway begins with, alone or as the parent of several workers. */
export interface Start {
  readonly source: SettingsSource;
  readonly host: string;
  readonly log: Log;
  /** A line for every request, where the config wants them. */
  readonly accessLog: Log;
}

/** Throws StartError where the config cannot be used, or where anybody in the network could use the gateway. */
export function readStart(options: GatewayDaemonOptions, slot: WorkerSlot | null): Start {
  const { configFile: file, env, logLevel = "info" } = options;
  const whose = slot === null ? {} : { worker: slot.index + 1 };
  const log = openLog("gateway", logLevel).child(whose);
  const accessLog = openAccessLog("gateway", logLevel).child(whose);
  // What is to be warned of at the start the parent has said already.
  if (slot !== null) log.level = "silent";
  const source = new SettingsSource({ file, env, needsMasterKey: true, log }, systemClock.now());
  const settings = source.cell.get();
  const host = options.host ?? settings.config.gateway.host;
  checkMasterKey(settings, { host, log });
  log.level = logLevel;
  return { source, host, log, accessLog };
}
