import path from "node:path";
import type { Config, Environment, Problem } from "@rollcall/contract";
import { examineConfigFile, insideContainer, Secrets, StartError, systemClock } from "@rollcall/runtime";
import { listeningProcesses } from "../health/listening.ts";
import { addressesIn, type DaemonAddress, type GivenAddresses } from "../daemon-addresses.ts";
import { askDaemon, processAt, type DaemonAnswers, type ListeningDaemon } from "./daemon.ts";

export interface DoctorOptions extends GivenAddresses {
  readonly configFile: string;
  readonly env: Environment;
}

/** What stands at one place, as all checks see it. */
export interface Site {
  readonly configFile: string;
  readonly config: Config;
  readonly problems: readonly Problem[];
  readonly secrets: Secrets;
  /** That of a running daemon where it can be read, since a service has another than a shell. */
  readonly env: Environment;
  readonly inContainer: boolean;
  readonly daemons: readonly DaemonAnswers[];
  readonly processes: readonly ListeningDaemon[];
  readonly now: () => number;
}

/** A config that cannot be used, and all that is to be said of it. */
export interface UnusableSite {
  readonly config: null;
  readonly configFile: string;
  /** Why its files cannot be read; null where they can. */
  readonly fault: string | null;
  readonly problems: readonly Problem[];
}

const now = () => systemClock.now();

/** Reads the config, finds the daemons and asks each of them, once. */
export async function openSite(options: DoctorOptions): Promise<Site | UnusableSite> {
  const { configFile } = options;
  const first = examine(configFile, options.env);
  if (first.config === null) return { ...first, configFile };
  const addresses = addressesIn(first.config, options);
  const processes = findProcesses(addresses);
  const env = processes.find((one) => one.env !== null)?.env ?? options.env;
  const read = env === options.env ? first : examine(configFile, env);
  if (read.config === null) return { ...read, configFile };
  const { config } = read;
  const directory = path.dirname(path.resolve(configFile));
  const secrets = Secrets.read(config, { env: read.env, directory });
  const [key = null] = secrets.valuesOf(config.masterKeys);
  const daemons = await Promise.all(addresses.map((address) => askDaemon(address, key, now)));
  return { ...read, configFile, secrets, inContainer: insideContainer(env), daemons, processes, now };
}

type Examined =
  | { readonly config: Config; readonly problems: readonly Problem[]; readonly env: Environment }
  | { readonly config: null; readonly problems: readonly Problem[]; readonly fault: string | null };

function examine(file: string, processEnv: Environment): Examined {
  try {
    const { config, problems, env } = examineConfigFile(file, processEnv, {
      inContainer: insideContainer(processEnv),
    });
    return config === null ? { config, problems, fault: null } : { config, problems, env };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return { config: null, problems: [], fault: error.message };
  }
}

function findProcesses(addresses: readonly DaemonAddress[]): readonly ListeningDaemon[] {
  try {
    const processes = listeningProcesses("rollcall ");
    return addresses.flatMap((address) => processAt(address, processes) ?? []);
  } catch {
    // No /proc: not Linux.
    return [];
  }
}
