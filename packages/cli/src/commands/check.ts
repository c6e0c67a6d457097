import path from "node:path";
import type { Command } from "commander";
import {
  explainSetting,
  groupProblems,
  isRoutable,
  nearestSetting,
  printGroup,
  type Config,
  type Environment,
  type Problem,
  type ProblemGroup,
  type Verdict,
} from "@rollcall/contract";
import { keylessRisk } from "@rollcall/gateway";
import {
  examineConfigFile,
  EXIT,
  insideContainer,
  isMasterKey,
  MASTER_KEY,
  printConfigPath,
  Secrets,
  systemClock,
} from "@rollcall/runtime";
import { jsonReport } from "../check-json.ts";
import { printCompatibility } from "../compatibility-text.ts";
import type { CommandContext } from "../context.ts";
import { printFleet } from "../fleet-table.ts";
import type { Terminal } from "../terminal.ts";

interface CheckOptions {
  readonly probe?: boolean;
  readonly inContainer?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
  readonly explain?: string;
}

export function addCheck(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command("check")
    .argument("[file]", "LiteLLM's config.yaml")
    .description(
      "Validate a config file and report what of it is honoured. Exit 64 on errors; with --probe, exit 1 where a backend is not as configured.",
    )
    .option("--probe", "ask every backend once whether it is ready and serves the expected name")
    .option("--strict", "count entries that are left out as errors")
    .option("--json", "print everything as one JSON object")
    .option("--explain <key>", "say what a setting means here; the file may be left out")
    .option("--in-container", "check as if inside a container (detected where it runs in one)")
    .action(async (file: string | undefined, options: CheckOptions, command: Command) => {
      if (options.explain !== undefined) finish(explain(options.explain, terminal));
      else if (file === undefined) command.error("error: missing required argument 'file'");
      else finish(await checkFile(file, options, terminal));
    });
}

/** Says all that there is to say of a config; resolves with the exit code. */
export async function checkFile(place: string, options: CheckOptions, terminal: Terminal): Promise<number> {
  const inContainer = options.inContainer ?? insideContainer(terminal.env);
  const {
    config,
    env,
    problems: found,
    compatibility,
  } = examineConfigFile(place, terminal.env, { inContainer });
  const problems = options.strict === true ? found.map(strictly) : found;
  const groups = groupProblems(problems);
  const secrets = config === null ? null : readSecrets(config, place, env);
  const file = printConfigPath(place);
  const unread = [...(secrets?.problems ?? [])].map(
    ([where, problem]) => `${where}: ${problem} here: ${without(where)} without it`,
  );
  const exposed = exposure(config);
  const errors = problems.filter(isError).length + exposed.length;
  const counts = { errors, warnings: problems.length - problems.filter(isError).length + unread.length };
  const verdicts =
    config === null || secrets === null || errors > 0 || options.probe !== true
      ? null
      : await probe(config, secrets);
  if (options.json === true) {
    const said = { groups, unread, exposed, counts, compatibility, verdicts };
    terminal.out(`${JSON.stringify(jsonReport(file, config, said), null, 2)}\n`);
  } else {
    for (const group of groups.filter(isComplaint)) terminal.out(`${paintGroup(group, terminal)}\n`);
    for (const text of unread) terminal.out(`${file}: ${terminal.paint("yellow", "warning")}: ${text}\n`);
    for (const text of exposed) terminal.out(`${file}: ${terminal.paint("red", "error")}: ${text}\n`);
    if (compatibility !== null) terminal.out(printCompatibility(compatibility, file, terminal));
    const { warnings } = counts;
    terminal.out(
      `${file}: ${countFleet(config)}${plural(errors, "error")}, ${plural(warnings, "warning")}\n`,
    );
    if (verdicts !== null) terminal.out(`\n${printFleet(verdicts, terminal, systemClock.now())}`);
  }
  if (config === null || errors > 0) return EXIT.usage;
  return verdicts === null || verdicts.every(isRoutable) ? EXIT.ok : EXIT.failed;
}

async function probe(config: Config, secrets: Secrets): Promise<readonly Verdict[]> {
  const { probeOnce } = await import("@rollcall/prober");
  return probeOnce(config, secrets, systemClock);
}

function explain(key: string, terminal: Terminal): number {
  const found = explainSetting(key);
  for (const { setting, effect, text } of found) {
    terminal.out(`${terminal.paint("bold", setting)} (${EFFECTS[effect]}): ${text}\n`);
  }
  if (found.length > 0) return EXIT.ok;
  terminal.err(
    `error: ${JSON.stringify(key)} is no setting of LiteLLM's or Rollcall's${nearestSetting(key)}\n`,
  );
  return EXIT.usage;
}

const EFFECTS = { honoured: "honoured", differs: "differs from LiteLLM", unsupported: "not supported" };

/** The others are said in the report, and once is enough. */
function isComplaint({ problem: { meaning } }: ProblemGroup): boolean {
  return meaning !== "differs" && meaning !== "unsupported";
}

function isError({ severity }: Problem): boolean {
  return severity === "error";
}

function strictly(problem: Problem): Problem {
  return problem.meaning === "left_out" ? { ...problem, severity: "error" } : problem;
}

/** Would the gateway refuse to start, since anybody could use it? */
function exposure(config: Config | null): readonly string[] {
  if (config === null) return [];
  const { gateway, masterKeys } = config;
  const risk = keylessRisk({ host: gateway.host, hasMasterKey: masterKeys.length > 0, gateway });
  return risk === null ? [] : [`rollcall.gateway.host: ${risk}`];
}

function without(where: string): string {
  if (where === MASTER_KEY) return "the gateway will not start";
  return isMasterKey(where) ? "no key is taken for it" : "the deployment is left out";
}

/** A checker's machine need not have the secrets; a daemon's must. */
function readSecrets(config: Config, file: string, env: Environment): Secrets {
  return Secrets.read(config, { env, directory: path.dirname(path.resolve(file)) });
}

function paintGroup(group: ProblemGroup, terminal: Terminal): string {
  const { severity } = group.problem;
  const painted = terminal.paint(severity === "error" ? "red" : "yellow", severity);
  return printGroup(group).replace(` ${severity}: `, ` ${painted}: `);
}

function countFleet(config: Config | null): string {
  if (config === null) return "";
  return `${plural(config.aliases.size, "alias", "aliases")}, ${plural(config.deployments.length, "deployment")}, ${plural(config.backends.length, "backend")}; `;
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
