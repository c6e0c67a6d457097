import type { Command } from "commander";
import manifest from "../package.json" with { type: "json" };
import { EXIT } from "@rollcall/runtime";
import { addCheck } from "./commands/check.ts";
import { addCompletion } from "./commands/completion.ts";
import { addControlStore } from "./commands/control-store.ts";
import { describeControl, describeGateway, describeProber } from "./commands/daemons.ts";
import { addDemo } from "./commands/demo.ts";
import { addCompare } from "./commands/compare.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addDrain } from "./commands/drain.ts";
import { addLitellm } from "./commands/litellm.ts";
import { addExplain } from "./commands/explain.ts";
import { addKeys } from "./commands/keys.ts";
import { addHealth } from "./commands/health.ts";
import { addLog } from "./commands/log.ts";
import { addStatus } from "./commands/status.ts";
import { addTeams } from "./commands/teams.ts";
import { addUp } from "./commands/up.ts";
import { addWait } from "./commands/wait.ts";
import type { CommandContext } from "./context.ts";

/** The last paragraphs of the help. */
export const HELP_END = `
Without a command, as LiteLLM is started: rollcall --config FILE --port 4000 [--host 0.0.0.0] [--num_workers N]

Exit codes:
  ${EXIT.ok}   success
  ${EXIT.failed}   could not start, or not everything is as it should be
  ${EXIT.timeout}   wait: timed out; explain, drain: no such alias, deployment or request
  ${EXIT.unclean}   stopped before running requests had ended
  ${EXIT.usage}  invalid command line or config`;

/** The whole command, with all that it can do. */
export function describeRollcall(program: Command, context: CommandContext): void {
  program
    .name("rollcall")
    .description("Gateway and readiness prober for self-hosted LLM servers.")
    .version(manifest.version, "-v, --version")
    // Options are of the command that they stand behind.
    .enablePositionalOptions()
    .addHelpText("after", HELP_END);
  addUp(program, context);
  describeGateway(program.command("gateway"), context);
  describeProber(program.command("prober"), context);
  const control = program.command("control");
  describeControl(control, context);
  addControlStore(control, context);
  addLitellm(program, context);
  for (const add of [
    addDemo,
    addCheck,
    addStatus,
    addExplain,
    addDrain,
    addWait,
    addHealth,
    addDoctor,
    addLog,
    addCompare,
    addCompletion,
    addKeys,
    addTeams,
  ])
    add(program, context);
}
