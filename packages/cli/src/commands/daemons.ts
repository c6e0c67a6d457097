import type { Command } from "commander";
import { logStartError, passedSockets, StartError, type Service } from "@rollcall/runtime";
import { CONFIG, findConfig } from "../config-path.ts";
import type { CommandContext } from "../context.ts";
import { runMainProcess } from "../main-process.ts";
import { parsePort } from "../port.ts";
import { logLevelOption } from "./up.ts";
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
    .action((options: DaemonOptions) =>
      start("gateway", finish, async () => {
        const sockets = passedSockets(terminal.env, process.pid);
        if (sockets.length > 0 && !process.connected)
          return runMainProcess({ args: process.argv.slice(1), env: terminal.env, sockets });
        const { runGateway } = await import("@rollcall/gateway");
        return runGateway(toDaemon(options, terminal.env));
      }),
    );
}

export function describeProber(command: Command, { terminal, finish }: CommandContext): void {
  describeDaemon(command, { name: "prober", port: 4001 }).action((options: DaemonOptions) =>
    start("prober", finish, async () => {
      const { runProber } = await import("@rollcall/prober");
      return runProber(toDaemon(options, terminal.env));
    }),
  );
}

export function describeControl(command: Command, { terminal, finish }: CommandContext): void {
  describeDaemon(command, { name: "control", port: 4002 }).action((options: DaemonOptions) =>
    start("control", finish, async () => {
      const { runControl } = await import("@rollcall/control");
      return runControl(toDaemon(options, terminal.env));
    }),
  );
}

/** Why it does not start is told in its log's own format, unless a person looks on. */
async function start(
  service: Service,
  finish: CommandContext["finish"],
  run: () => Promise<number>,
): Promise<void> {
  try {
    finish(await run());
  } catch (fault) {
    if (!(fault instanceof StartError) || process.stderr.isTTY) throw fault;
    logStartError(service, fault);
    finish(fault.exitCode);
  }
}

function describeDaemon(command: Command, { name, port }: { name: string; port: number }): Command {
  return command
    .description(`Run the ${name} alone. Logs JSON lines to standard output.`)
    .option(...CONFIG)
    .option("-p, --port <number>", `port to listen on, instead of the config's (${port})`, parsePort)
    .option("--host <address>", "address to listen on, instead of the config's")
    .addOption(logLevelOption());
}

function toDaemon({ config, ...rest }: DaemonOptions, env: CommandContext["terminal"]["env"]) {
  return { configFile: findConfig(config, env), env, ...rest };
}
