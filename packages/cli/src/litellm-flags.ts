import type { Environment } from "@rollcall/contract";
import { EXIT, StartError } from "@rollcall/runtime";
import { InvalidArgumentError, Option } from "commander";
import type { UpOptions } from "./commands/up.ts";
import { LITELLM_OPTIONS } from "./litellm-options.ts";
import { parsePort } from "./port.ts";
import { parseWorkerCount } from "./worker-count.ts";

/** As commander gives them: names are those of the flags. */
export interface LitellmFlags extends Omit<UpOptions, "config" | "gatewayHost" | "workers"> {
  readonly config?: string;
  readonly num_workers?: number | "auto";
  readonly detailed_debug?: boolean;
  readonly validate_config?: boolean;
}

/** What is to be said of options without an equivalent. Throws StartError where one of them is refused. */
export function judgeFlags(flags: LitellmFlags, env: Environment): readonly string[] {
  const given = new Map(Object.entries(flags));
  const found = LITELLM_OPTIONS.flatMap((option) => {
    const flag = new Option(option.flags);
    if (given.has(flag.attributeName())) return [{ option, name: flag.long ?? option.flags }];
    const variable = option.treatment === "refused" ? option.variable : undefined;
    return variable !== undefined && read(env, variable) !== undefined ? [{ option, name: variable }] : [];
  });
  const refused = found.find(({ option }) => option.treatment === "refused");
  if (refused !== undefined) throw new StartError(`${refused.name}: ${refused.option.text}`, EXIT.usage);
  return found.flatMap(({ option, name }) => (option.text === "" ? [] : [`${name}: ${option.text}`]));
}

const EVERYWHERE = "0.0.0.0";

/** What `up` makes of them: flag, then LiteLLM's variable, then the config, then LiteLLM's default. `saysHost`: does the config say where the gateway listens? */
export function pairOptions(
  flags: LitellmFlags & { readonly config: string },
  env: Environment,
  saysHost: () => boolean,
): UpOptions {
  const { config, num_workers, detailed_debug, host, port, proberPort, json, logLevel } = flags;
  const settled = {
    gatewayHost: host ?? read(env, "HOST") ?? (saysHost() ? undefined : EVERYWHERE),
    port: port ?? parsed(env, "PORT", parsePort),
    workers: num_workers ?? parsed(env, "NUM_WORKERS", parseWorkerCount),
    logLevel: logLevel ?? ((detailed_debug ?? isTrue(read(env, "DETAILED_DEBUG"))) ? "debug" : undefined),
    proberPort,
    json,
  };
  const entries = Object.entries(settled).filter(([, value]) => value !== undefined);
  return { config, ...(Object.fromEntries(entries) as Omit<UpOptions, "config">) };
}

/** A variable that is empty counts as not set, as it does for LiteLLM. */
function read(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === "" ? undefined : value;
}

function parsed<T>(env: Environment, name: string, parse: (text: string) => T): T | undefined {
  const text = read(env, name);
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new StartError(`variable ${name} is ${JSON.stringify(text)}: ${error.message}`, EXIT.usage);
  }
}

function isTrue(text: string | undefined): boolean {
  return /^(1|true|t|yes|y|on)$/i.test(text?.trim() ?? "");
}
