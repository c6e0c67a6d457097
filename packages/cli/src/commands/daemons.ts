import { Option, type Command } from "commander";
import { runGateway } from "@rollcall/gateway";
import { runProber } from "@rollcall/prober";
import { LOG_LEVELS } from "@rollcall/runtime";
import type { CommandContext } from "../context.ts";
import { parsePort } from "../port.ts";
import { parseWorkerCount, WORKERS } from "../worker-count.ts";

interface DaemonOptions {
  readonly config: string;
  readonly host?: string;
  readonly port?: number;
  readonly logLevel?: string;
  readonly workers?: number | "auto";
}

export function addDaemons(program: Command, { terminal, finish }: CommandContext): void {
  const daemon = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .requiredOption("-c, --config <file>", "LiteLLM's config.yaml")
      .option("--host <address>", "address to listen on, instead of the config's")
      .addOption(new Option("--log-level <level>", "how much to log").choices(LOG_LEVELS).default("info"));

  daemon("gateway", "Run the gateway alone: JSON log lines on standard output.")
    .option("-p, --port <number>", "port to listen on, instead of the config's (4000)", parsePort)
    .option(...WORKERS, parseWorkerCount)
    .action(async (options: DaemonOptions) => finish(await runGateway(toDaemon(options, terminal.env))));
  daemon("prober", "Run the prober alone: JSON log lines on standard output.")
    .option("-p, --port <number>", "port to listen on, instead of the config's (4001)", parsePort)
    .action(async (options: DaemonOptions) => finish(await runProber(toDaemon(options, terminal.env))));
}

function toDaemon({ config, ...rest }: DaemonOptions, env: CommandContext["terminal"]["env"]) {
  return { configFile: config, env, ...rest };
}
