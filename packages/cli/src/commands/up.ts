import { Option, type Command } from "commander";
import { loadConfig, LOG_LEVELS, systemClock } from "@rollcall/runtime";
import { CONFIG, findConfig } from "../config-path.ts";
import type { CommandContext } from "../context.ts";
import { printLogLine } from "../log-line.ts";
import { DaemonPair, type DaemonPairOptions } from "../daemon-pair.ts";
import { parsePort } from "../port.ts";
import type { Terminal } from "../terminal.ts";
import { parseWorkerCount, WORKERS } from "../worker-count.ts";
import { untilInterrupted } from "../until-interrupted.ts";

export interface UpOptions extends Pick<
  DaemonPairOptions,
  "config" | "host" | "gatewayHost" | "port" | "proberPort" | "controlPort" | "logLevel" | "workers"
> {
  readonly json?: boolean;
}

export const PROBER_PORT = [
  "--prober-port <number>",
  "port of the prober, instead of the config's (4001)",
  parsePort,
] as const;

export const JSON_LINES = ["--json", "log lines as JSON (always so in a pipe)"] as const;

export function logLevelOption(): Option {
  return new Option("--log-level <level>", "how much to log, instead of the config's (info)").choices(
    LOG_LEVELS,
  );
}

export function addPairOptions(command: Command): Command {
  return command
    .option("-p, --port <number>", "port of the gateway, instead of the config's (4000)", parsePort)
    .option(...PROBER_PORT)
    .option("--control-port <number>", "port of control, instead of the config's (4002)", parsePort)
    .option(...WORKERS, parseWorkerCount)
    .option("--host <address>", "address for all to listen on, instead of the config's")
    .addOption(logLevelOption());
}

/** As the daemons log it of themselves. */
function lostLine(lines: number): string {
  const time = new Date(systemClock.now()).toISOString();
  const msg = "log lines lost: they were not read in time";
  return JSON.stringify({ level: "warn", time, service: "up", lines, msg });
}

/** A config that cannot be read the daemons complain of themselves. */
export function hasVirtualKeys(file: string, env: Terminal["env"]): boolean {
  try {
    return loadConfig(file, env, { inContainer: false }).config?.keys.enabled ?? false;
  } catch {
    return false;
  }
}

export function addUp(program: Command, { terminal, finish }: CommandContext): void {
  const command = program
    .command("up")
    .description("Run gateway, prober and, where the config has virtual keys, control; restart on crash.")
    .option(...CONFIG)
    .option(...JSON_LINES);
  addPairOptions(command).action(async (options: Partial<UpOptions>) => {
    finish(await runUp({ ...options, config: findConfig(options.config, terminal.env) }, terminal));
  });
}

/** All daemons until they are to stop; resolves with the exit code. */
export async function runUp(options: UpOptions, terminal: Terminal): Promise<number> {
  // What `rollcall health` looks for.
  process.title = "rollcall up";
  const plain = options.json === true || !terminal.interactive;
  const print = (line: string) => `${plain ? line : printLogLine(line, terminal)}\n`;
  const log = terminal.logTo((lines) => print(lostLine(lines)));
  const pair = new DaemonPair({
    ...options,
    env: terminal.env,
    control: hasVirtualKeys(options.config, terminal.env),
    onLine: (line) => log.out(print(line)),
    onError: (text) =>
      log.err(
        plain
          ? text
          : text
              .split("\n")
              .map((line) => printLogLine(line, terminal))
              .join("\n"),
      ),
  });
  process.on("SIGUSR2", () => void pair.restart());
  return untilInterrupted(pair);
}
