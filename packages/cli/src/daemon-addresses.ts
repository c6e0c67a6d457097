import { DEFAULTS, type Config } from "@rollcall/contract";
import { loadConfig, printAddress } from "@rollcall/runtime";
import type { AdminOptions } from "./admin-client.ts";
import { reachable, trim } from "./prober-options.ts";
import type { Terminal } from "./terminal.ts";

export type DaemonName = "gateway" | "prober" | "control";

export interface DaemonAddress {
  readonly name: DaemonName;
  /** `http://127.0.0.1:4000` */
  readonly url: string;
  /** Is that its address on this machine? Else it is one of `rollcall.state.probers`, or was given. */
  readonly isHere: boolean;
}

/** Instead of the config's addresses. */
export interface GivenAddresses {
  readonly gatewayUrl?: string | undefined;
  readonly proberUrl?: string | undefined;
  readonly controlUrl?: string | undefined;
}

type Addressed = Readonly<
  Record<DaemonName, Pick<Config["gateway"], "host" | "port">> & {
    state: Pick<Config["state"], "probers">;
    keys: Pick<Config["keys"], "enabled">;
  }
>;

/** Where the daemons of a config are asked from this machine; all probers that gateways may follow. */
export function addressesIn(config: Addressed, given: GivenAddresses = {}): readonly DaemonAddress[] {
  const at = (name: DaemonName, url: string | undefined): DaemonAddress => {
    const { host, port } = config[name];
    return { name, url: trim(url ?? printAddress(reachable(host), port)), isHere: url === undefined };
  };
  const elsewhere = given.proberUrl === undefined ? config.state.probers : [];
  return [
    at("gateway", given.gatewayUrl),
    ...elsewhere.map((url) => ({ name: "prober", url: trim(url), isHere: false }) as const),
    ...(elsewhere.length === 0 ? [at("prober", given.proberUrl)] : []),
    ...(config.keys.enabled ? [at("control", given.controlUrl)] : []),
  ];
}

/** Whom a command tells something: the one daemon that is named, else those of the config. */
export function daemonsOf(
  { url, config: file }: AdminOptions,
  { env }: Terminal,
): readonly { readonly name: DaemonName | "daemon"; readonly url: string }[] {
  const named = url ?? env["ROLLCALL_URL"];
  if (named !== undefined) return [{ name: "daemon", url: trim(named) }];
  const config = file === undefined ? null : loadConfig(file, env, { inContainer: false }).config;
  return addressesIn(config ?? DEFAULTS, { proberUrl: env["ROLLCALL_PROBER_URL"] });
}
