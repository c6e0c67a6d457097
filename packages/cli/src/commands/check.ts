import path from "node:path";
import type { Command } from "commander";
import { isRoutable, printProblem, type Config, type Environment, type Problem } from "@rollcall/contract";
import { keylessRisk } from "@rollcall/gateway";
import {
  EXIT,
  insideContainer,
  isMasterKey,
  loadConfig,
  MASTER_KEY,
  Secrets,
  systemClock,
} from "@rollcall/runtime";
import type { CommandContext } from "../context.ts";
import { printFleet } from "../fleet-table.ts";
import type { Terminal } from "../terminal.ts";

interface CheckOptions {
  readonly probe?: boolean;
  readonly inContainer?: boolean;
  readonly strict?: boolean;
}

export function addCheck(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command("check")
    .argument("<file>", "LiteLLM's config.yaml")
    .description(
      "Validate a config file. Exit 64 on errors; with --probe, exit 1 where a backend is not as configured.",
    )
    .option("--probe", "ask every backend once whether it is ready and serves the expected name")
    .option("--strict", "count entries that are left out as errors")
    .option("--in-container", "check as if inside a container (detected where it runs in one)")
    .action(async (file: string, options: CheckOptions) => finish(await check(file, options, terminal)));
}

async function check(file: string, options: CheckOptions, terminal: Terminal): Promise<number> {
  const inContainer = options.inContainer ?? insideContainer(terminal.env);
  const { config, env, problems: found } = loadConfig(file, terminal.env, { inContainer });
  const problems = options.strict === true ? found.map(strictly) : found;
  for (const problem of problems) terminal.out(`${paintProblem(problem, terminal)}\n`);
  const secrets = config === null ? null : readSecrets(config, file, { terminal, env });
  const missing = secrets === null ? 0 : secrets.problems.size;
  const ofFile = problems.filter(({ severity }) => severity === "error").length;
  const errors = ofFile + checkExposure(config, file, terminal);
  terminal.out(
    `${file}: ${countFleet(config)}${plural(errors, "error")}, ${plural(problems.length - ofFile + missing, "warning")}\n`,
  );
  if (config === null || secrets === null || errors > 0) return EXIT.usage;
  if (options.probe !== true) return EXIT.ok;
  const { probeOnce } = await import("@rollcall/prober");
  const verdicts = await probeOnce(config, secrets, systemClock);
  terminal.out(`\n${printFleet(verdicts, terminal, systemClock.now())}`);
  return verdicts.every(isRoutable) ? EXIT.ok : EXIT.failed;
}

function strictly(problem: Problem): Problem {
  return problem.meaning === "left_out" ? { ...problem, severity: "error" } : problem;
}

/** Would the gateway refuse to start, since anybody could use it? The number of errors. */
function checkExposure(config: Config | null, file: string, terminal: Terminal): number {
  if (config === null) return 0;
  const { gateway, masterKeys } = config;
  const risk = keylessRisk({ host: gateway.host, hasMasterKey: masterKeys.length > 0, gateway });
  if (risk === null) return 0;
  terminal.out(`${file}: ${terminal.paint("red", "error")}: rollcall.gateway.host: ${risk}\n`);
  return 1;
}

function without(where: string): string {
  if (where === MASTER_KEY) return "the gateway will not start";
  return isMasterKey(where) ? "no key is taken for it" : "the deployment is left out";
}

/** A checker's machine need not have the secrets; a daemon's must. */
function readSecrets(
  config: Config,
  file: string,
  { terminal, env }: { terminal: Terminal; env: Environment },
): Secrets {
  const secrets = Secrets.read(config, { env, directory: path.dirname(path.resolve(file)) });
  for (const [where, problem] of secrets.problems) {
    terminal.out(
      `${file}: ${terminal.paint("yellow", "warning")}: ${where}: ${problem} here: ${without(where)} without it\n`,
    );
  }
  return secrets;
}

function paintProblem(problem: Problem, terminal: Terminal): string {
  const line = printProblem(problem);
  return line.replace(
    ` ${problem.severity}: `,
    ` ${terminal.paint(problem.severity === "error" ? "red" : "yellow", problem.severity)}: `,
  );
}

function countFleet(config: Config | null): string {
  if (config === null) return "";
  return `${plural(config.aliases.size, "alias", "aliases")}, ${plural(config.deployments.length, "deployment")}, ${plural(config.backends.length, "backend")}; `;
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
