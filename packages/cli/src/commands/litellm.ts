import { isWritten, suggest } from "@rollcall/contract";
import { EXIT, readConfigFiles, StartError } from "@rollcall/runtime";
import { Option, type Command } from "commander";
import { CONFIG, findConfig } from "../config-path.ts";
import type { CommandContext } from "../context.ts";
import { judgeFlags, pairOptions, type LitellmFlags } from "../litellm-flags.ts";
import { LITELLM_OPTIONS } from "../litellm-options.ts";
import { parsePort } from "../port.ts";
import { parseWorkerCount } from "../worker-count.ts";
import { checkFile } from "./check.ts";
import { JSON_LINES, logLevelOption, PROBER_PORT, runUp } from "./up.ts";

const HOST = ["rollcall", "gateway", "host"];

/** `rollcall --config F --port P`, with no command: `up` with the options, the variables and the address of LiteLLM. */
export function addLitellm(program: Command, context: CommandContext): void {
  const { terminal, finish } = context;
  const command = program
    .command("litellm", { isDefault: true, hidden: true })
    .argument("[command]")
    .allowExcessArguments()
    .option(...CONFIG)
    .option("-p, --port <number>", "port of the gateway (default 4000)", parsePort)
    .option("--host <address>", "address of the gateway (default 0.0.0.0)")
    .option("--num_workers <number>", "gateway processes that share the port", parseWorkerCount)
    .option("--detailed_debug", "the log level debug")
    .option("--validate_config", "check the config and start nothing")
    .option(...PROBER_PORT)
    .option(...JSON_LINES)
    .addOption(logLevelOption());
  for (const { flags, text } of LITELLM_OPTIONS) command.addOption(new Option(flags, text));
  command.action(async (name: string | undefined, flags: LitellmFlags) => {
    if (name !== undefined) throw new StartError(unknownCommand(name, program), EXIT.usage);
    for (const line of judgeFlags(flags, terminal.env)) terminal.err(`rollcall: ${line}\n`);
    const config = findConfig(flags.config, terminal.env);
    if (flags.validate_config === true) finish(await checkFile(config, {}, terminal));
    else {
      const saysHost = () => isWritten(readConfigFiles(config).texts, HOST);
      finish(await runUp(pairOptions({ ...flags, config }, terminal.env, saysHost), terminal));
    }
  });
}

function unknownCommand(name: string, program: Command): string {
  const known = program.commands.map((command) => command.name()).filter((one) => one !== "litellm");
  const nearest = suggest(name, known);
  const hint = nearest === null ? "`rollcall --help` lists them" : `did you mean ${nearest}?`;
  return `unknown command '${name}': ${hint}`;
}
