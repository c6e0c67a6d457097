import path from "node:path";
import type { Command } from "commander";
import { isRoutable, printProblem, type Config, type Environment, type Problem } from "@rollcall/contract";
import { probeOnce } from "@rollcall/prober";
import { EXIT, insideContainer, loadConfig, Secrets, systemClock } from "@rollcall/runtime";
import type { CommandContext } from "../context.ts";
import { printFleet } from "../fleet-table.ts";
import type { Terminal } from "../terminal.ts";

interface CheckOptions {
  readonly probe?: boolean;
  readonly inContainer?: boolean;
}

export function addCheck(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command("check")
    .argument("<file>", "LiteLLM's config.yaml")
    .description(
      "Say everything that is wrong with a config. Exit 64 on errors; with --probe 1 where a backend is not as configured.",
    )
    .option("--probe", "ask every backend once whether it is ready and serves the expected name")
    .option("--in-container", "check as if inside a container (found out by itself where it is one)")
    .action(async (file: string, options: CheckOptions) => finish(await check(file, options, terminal)));
}

async function check(file: string, options: CheckOptions, terminal: Terminal): Promise<number> {
  const inContainer = options.inContainer ?? insideContainer(terminal.env);
  const { config, env, problems } = loadConfig(file, terminal.env, { inContainer });
  for (const problem of problems) terminal.out(`${paintProblem(problem, terminal)}\n`);
  const secrets = config === null ? null : readSecrets(config, file, { terminal, env });
  const missing = secrets === null ? 0 : secrets.problems.size;
  const errors = problems.filter(({ severity }) => severity === "error").length;
  terminal.out(
    `${file}: ${countFleet(config)}${plural(errors, "error")}, ${plural(problems.length - errors + missing, "warning")}\n`,
  );
  if (config === null || secrets === null) return EXIT.usage;
  if (options.probe !== true) return EXIT.ok;
  const verdicts = await probeOnce(config, secrets, systemClock);
  terminal.out(`\n${printFleet(verdicts, terminal, systemClock.now())}`);
  return verdicts.every(isRoutable) ? EXIT.ok : EXIT.failed;
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
      `${file}: ${terminal.paint("yellow", "warning")}: ${where}: ${problem} here: the daemons will not start without it\n`,
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
