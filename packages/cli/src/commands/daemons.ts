import { Option, type Command } from "commander";
import { LOG_LEVELS, passedSockets } from "@rollcall/runtime";
import { CONFIG, findConfig } from "../config-path.ts";
import type { CommandContext } from "../context.ts";
import { runMainProcess } from "../main-process.ts";
import { parsePort } from "../port.ts";
import { parseWorkerCount, WORKERS } from "../worker-count.ts";

interface DaemonOptions {
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly logLevel?: string;
  readonly workers?: number | "auto";
}

export function describeGateway(command: Command, { terminal, finish }: CommandContext): void {
  describeDaemon(command, { name: "gateway", port: 4000 })
    .option(...WORKERS, parseWorkerCount)
    .action(async (options: DaemonOptions) => {
      const sockets = passedSockets(terminal.env, process.pid);
      if (sockets.length > 0 && !process.connected) {
        finish(await runMainProcess({ args: process.argv.slice(1), env: terminal.env, sockets }));
        return;
      }
      const { runGateway } = await import("@rollcall/gateway");
      finish(await runGateway(toDaemon(options, terminal.env)));
    });
}

export function describeProber(command: Command, { terminal, finish }: CommandContext): void {
  describeDaemon(command, { name: "prober", port: 4001 }).action(async (options: DaemonOptions) => {
    const { runProber } = await import("@rollcall/prober");
    finish(await runProber(toDaemon(options, terminal.env)));
  });
}

export function describeControl(command: Command, { terminal, finish }: CommandContext): void {
  describeDaemon(command, { name: "control", port: 4002 }).action(async (options: DaemonOptions) => {
    const { runControl } = await import("@rollcall/control");
    finish(await runControl(toDaemon(options, terminal.env)));
  });
}

function describeDaemon(command: Command, { name, port }: { name: string; port: number }): Command {
  return command
    .description(`Run the ${name} alone. Logs JSON lines to standard output.`)
    .option(...CONFIG)
    .option("-p, --port <number>", `port to listen on, instead of the config's (${port})`, parsePort)
    .option("--host <address>", "address to listen on, instead of the config's")
    .addOption(new Option("--log-level <level>", "how much to log").choices(LOG_LEVELS).default("info"));
}

function toDaemon({ config, ...rest }: DaemonOptions, env: CommandContext["terminal"]["env"]) {
  return { configFile: findConfig(config, env), env, ...rest };
}
