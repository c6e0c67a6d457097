import { DEFAULTS } from "@rollcall/contract";
import { loadConfig, printAddress } from "@rollcall/runtime";
import type { AdminOptions } from "./admin-client.ts";
import { findGateway, findProbers, reachable } from "./prober-options.ts";
import type { Terminal } from "./terminal.ts";

export interface DaemonAddress {
  readonly name: "gateway" | "prober" | "control" | "daemon";
  readonly url: string;
}

/** Where the daemons listen, as far as it is known from here: the one that is named, else those of the config. */
export function daemonsOf({ url, config: file }: AdminOptions, terminal: Terminal): readonly DaemonAddress[] {
  const { env } = terminal;
  const named = url ?? env["ROLLCALL_URL"];
  if (named !== undefined) return [{ name: "daemon", url: findGateway(named, file, terminal) }];
  const config = file === undefined ? null : loadConfig(file, env, { inContainer: false }).config;
  const { host, port } = config?.control ?? DEFAULTS.control;
  const probers = findProbers({ ...(file !== undefined && { config: file }) }, terminal);
  return [
    { name: "gateway", url: findGateway(undefined, file, terminal) },
    ...probers.map((prober) => ({ name: "prober", url: prober.url }) as const),
    ...(config?.keys.enabled === true
      ? [{ name: "control", url: printAddress(reachable(host), port) } as const]
      : []),
  ];
}
