import { isIP } from "node:net";
import type { Environment } from "@rollcall/contract";
import {
  areOwnSockets,
  boundAddress,
  FileSettings,
  keepMasterKey,
  followLogSettings,
  openDaemonLogs,
  passedSockets,
  systemClock,
  watchSettings,
  type DaemonLogs,
  type SettingsSource,
} from "@rollcall/runtime";
import type { Held } from "../generations/held.ts";
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

/** How connections come to a process. */
export interface Entry {
  /** Descriptors of listening sockets that somebody else keeps; none: it listens by itself. */
  readonly passed: readonly number[];
  /** Connections come whether we accept them or not: whoever keeps the sockets keeps them open while we drain. */
  readonly isPortKept: boolean;
  /** A Unix socket that takes the late requests of older generations; null: none. */
  readonly door: string | null;
  /** To be waited for before the first connection is accepted: older generations then accept no more. */
  readonly begin: (hold: (held: Held) => void) => Promise<void>;
}

/** Nobody passes sockets on, so there is nobody to take over from. */
export const OWN_ENTRY: Entry = { passed: [], isPortKept: false, door: null, begin: () => Promise.resolve() };

/** What a gateway begins with, alone, as the parent of several workers, or as one of them. */
export interface Start {
  readonly source: SettingsSource;
  /** Follows what the settings come from until the signal is aborted. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
  /** Keeps the settings as they are: systemd takes credentials away from what a restart leaves behind. */
  readonly freeze: () => void;
  /** The address listened on. */
  readonly host: string;
  /** Descriptors of listening sockets that somebody else keeps. */
  readonly passed: readonly number[];
  /** They stay open, and we are left running, where the process that started us ends. */
  readonly isPortKept: boolean;
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
  const { gateway } = settings.config;
  const wanted = { host: options.host ?? gateway.host, port: options.port ?? gateway.port };
  const { passed, host, isPortKept } = chooseSockets(env, wanted);
  checkMasterKey(settings, { host, log });
  const follow = (signal: AbortSignal) => watchSettings(source, systemClock, signal);
  return { source, follow, freeze: () => source.freeze(), host, passed, isPortKept, logs };
}

/** The sockets to listen on, and their host. Those of an older generation are left where the config now wants another address. */
function chooseSockets(
  env: Environment,
  { host, port }: { readonly host: string; readonly port: number },
): Pick<Start, "host" | "isPortKept" | "passed"> {
  const passed = passedSockets(env, process.pid);
  const [first] = passed;
  const isPortKept = first !== undefined && !areOwnSockets(env);
  const bound = first === undefined ? null : boundAddress(first);
  if (bound === null) return { passed, host, isPortKept };
  if (isPortKept) return { passed, host: bound.host, isPortKept };
  const isWanted = isSameHost(host, bound.host) && (port === 0 || port === bound.port);
  return { passed: isWanted ? passed : [], host, isPortKept };
}

/** The config may have a name, of which nobody knows here what it stands for. */
function isSameHost(wanted: string, bound: string): boolean {
  return wanted === bound || isIP(wanted) === 0;
}
