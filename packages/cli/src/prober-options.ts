import type { Command } from "commander";
import { DEFAULTS } from "@rollcall/contract";
import { loadConfig, printAddress } from "@rollcall/runtime";
import { masterKeyOf } from "./master-key.ts";
import type { ProberAddress } from "./prober-client.ts";
import type { Terminal } from "./terminal.ts";

export interface ProberOptions {
  readonly proberUrl?: string;
  readonly config?: string;
}

/** Where the gateway listens: flag, then config, then the default address. */
export function findGateway(given: string | undefined, file: string | undefined, { env }: Terminal): string {
  const config = file === undefined ? null : loadConfig(file, env, { inContainer: false }).config;
  const { host, port } = config?.gateway ?? DEFAULTS.gateway;
  return trim(given ?? printAddress(reachable(host), port));
}

export function addProberOptions(command: Command): Command {
  return command
    .option(
      "--prober-url <url>",
      "where the prober listens (or ROLLCALL_PROBER_URL; default http://127.0.0.1:4001)",
    )
    .option("-c, --config <file>", "take address and key from this config instead");
}

/** Flag, then environment, then config, then the default address. */
function findProber({ proberUrl, config: file }: ProberOptions, { env }: Terminal): ProberAddress {
  const key = env["ROLLCALL_KEY"] ?? null;
  const named = proberUrl ?? env["ROLLCALL_PROBER_URL"];
  const fallback = { host: DEFAULTS.prober.host, port: DEFAULTS.prober.port };
  if (file === undefined) return { url: trim(named ?? printAddress(fallback.host, fallback.port)), key };
  const { config } = loadConfig(file, env, { inContainer: false });
  const { host, port } = config?.prober ?? fallback;
  return { url: trim(named ?? printAddress(reachable(host), port)), key: key ?? masterKeyOf(file, env) };
}

/** All probers that gateways may follow, at least one: those of the config where it names any, unless one is given. */
export function findProbers(options: ProberOptions, terminal: Terminal): readonly ProberAddress[] {
  const { env } = terminal;
  const one = findProber(options, terminal);
  const { proberUrl, config: file } = options;
  if (file === undefined || (proberUrl ?? env["ROLLCALL_PROBER_URL"]) !== undefined) return [one];
  const probers = loadConfig(file, env, { inContainer: false }).config?.state.probers ?? [];
  return probers.length === 0 ? [one] : probers.map((url) => ({ url: trim(url), key: one.key }));
}

/** An address that means "all" is asked for at this machine. */
export function reachable(host: string): string {
  return host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
}

/** An address as others are appended to it. */
export function trim(url: string): string {
  return url.replace(/\/+$/, "");
}
